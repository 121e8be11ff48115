/** What a connection that stays is for. */
export type Room = 'peer' | 'stream' | 'signal' | 'events';
