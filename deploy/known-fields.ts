/**
 * Finds fields that a schema does not know. Validators of Kubernetes' schemas pass over those, as the cluster does at times; but
 * a probe whose name is misspelt is no probe.
 */

/** Runs `validate` and returns the paths of what it never looked at. */
export function unreadFields(data: object, validate: (data: object) => void): string[] {
  const read = new Set<string>();
  const proxies = new Map<string, unknown>();
  const watch = (value: unknown, path: string): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const known = proxies.get(path);
    if (known) return known;
    const proxy = new Proxy(value, {
      get(target, key) {
        if (typeof key === 'symbol' || !Object.hasOwn(target, key)) return Reflect.get(target, key);
        read.add(`${path}/${key}`);
        return watch(Reflect.get(target, key), `${path}/${key}`);
      },
    });
    proxies.set(path, proxy);
    return proxy;
  };
  validate(watch(data, '') as object);
  const unread: string[] = [];
  const look = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      const at = `${path}/${key}`;
      if (read.has(at)) look(inner, at);
      else unread.push(at);
    }
  };
  look(data, '');
  return unread;
}
