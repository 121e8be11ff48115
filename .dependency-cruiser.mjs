// Who may import whom. The rooms are explained in CONTRIBUTING.md.
const room = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: '\\.test\\.ts$' },
  to,
});

export default {
  forbidden: [
    room('sim-imports-nothing-of-ours', 'Worlds know nothing of streams, pages or servers.', '^sim/', {
      path: '^(transport|components|server|demo|bench|stress|e2e|scripts)/',
    }),
    room('transport-imports-nothing-of-ours', 'Streams know nothing of worlds, pages or servers.', '^transport/', {
      path: '^(sim|components|server|demo|bench|stress|e2e|scripts)/',
    }),
    room('components-import-sim-and-transport', 'A page never loads server code.', '^components/', {
      path: '^(server|demo|bench|stress|e2e|scripts)/',
    }),
    room('server-never-imports-components', 'The relay has no page.', '^server/', {
      path: '^(components|demo|bench|stress|e2e|scripts)/',
    }),
    room('stress-is-a-user', 'Scenarios use the entries of the package, like anybody.', '^stress/', {
      path: '^((sim|transport|server)/(?!index\\.)|components/|demo/|bench/|e2e/|scripts/|dist/[^/]+/(?!index\\.))',
    }),
    room('no-node-in-the-page', 'These rooms run in browsers.', '^(sim|transport|components)/', {
      dependencyTypes: ['core'],
    }),
    room('wire-is-pure', 'Bytes in, bytes out: codecs know no state and no link.', '^transport/wire/', {
      path: '^transport/(state|link|source|receiver)',
    }),
    room('state-knows-no-link', 'Replicas and dirty sets do not know how bytes travel.', '^transport/state/', {
      path: '^transport/(link|source|receiver)',
    }),
    room('signals-stand-on-transport', 'The session knows no program that reads it.', '^transport/(?!signals/)', {
      path: '^transport/signals/',
    }),
    room('reactivity-is-for-programs', 'Tags and the relay need no signals library.', '^(?!transport/signals/)', {
      path: 'node_modules/@preact/signals-core',
    }),
    {
      name: 'no-cycles',
      comment: 'A cycle means two files are one idea.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-dev-dependencies-in-the-package',
      comment: 'What ships may only use what is installed with it.',
      severity: 'error',
      from: { path: '^(sim|transport|components|server)/', pathNot: '\\.test\\.ts$|/testing/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.test\\.ts$|/testing/|^dist/' },
  },
};
