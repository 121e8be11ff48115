declare module '*/scripts/redis.js' {
  export function findRedis(): string | undefined;
  export function needRedis(): string;
}
