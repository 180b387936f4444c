/**
 * Who may know whom: one group of rules for every row of the table of rooms in docs/architecture.md.
 *
 * Each room names the rooms that it may import. `types` are rooms of which it may import types alone.
 */
const rooms = {
  // One operation: what it is called, who may call it, what it does. No HTTP objects, no sockets, no SQL.
  operations: { may: ['domain', 'auth'], types: ['store', 'engine', 'cluster'] },
  // Pure rules and types: no I/O, no clock (see `domain-is-pure` below).
  domain: { may: [], types: [] },
  // Makes routes of declarations. It is handed the operations, and knows how they are declared, none by name.
  http: { may: ['domain', 'auth', 'metrics', 'operations'], types: ['store', 'engine', 'cluster'] },
  // Sockets and the client protocol. It reads and writes through what it is handed.
  realtime: { may: ['domain', 'auth', 'cluster', 'metrics', 'operations'], types: ['store', 'engine'] },
  // How operations run, whichever exist; its thread alone is built with the list of them (see `list-is-handed-in`).
  engine: { may: ['domain', 'store'], types: [] },
  // SQL and the files of attachments.
  store: { may: ['domain'], types: [] },
  // Other threads and nodes.
  cluster: { may: ['domain', 'operations'], types: ['store', 'engine'] },
  // Commands, admin socket, first start, jobs: they stand on top, as http does, and may open a store and an engine.
  operator: { may: ['domain', 'auth', 'store', 'engine', 'cluster', 'metrics', 'operations'], types: [] },
  // Delivers callbacks from the log of events; reads and writes through what it is handed.
  callbacks: { may: ['domain', 'cluster', 'operations', 'store'], types: ['engine', 'metrics', 'auth'] },
  // Who is calling.
  auth: { may: ['domain'], types: ['store'] },
  // Counts what it is handed; knows nobody.
  metrics: { may: ['domain'], types: ['engine'] },
}

/** Files of the root that a room may import besides. */
const roots = {
  engine: ['config'],
  operator: ['config'],
  http: ['config'],
}

const anyOf = (names) => `(${names.join('|')})`

const perRoom = Object.entries(rooms).flatMap(([room, { may, types }]) => {
  const own = [room, ...may, ...types].map((name) => `${name}/`)
  const files = (roots[room] ?? []).map((name) => `${name}[.]ts$`)
  return [
    {
      name: `${room}-knows-its-rooms`,
      comment: `${room} imports ${[...may, ...types.map((name) => `types of ${name}`)].join(', ') || 'nothing'} and itself.`,
      severity: 'error',
      from: { path: `^src/${room}/`, pathNot: '[.]test[.]ts$|^src/engine/writer-thread[.]ts$' },
      to: { path: '^src/', pathNot: `^src/${anyOf([...own, ...files])}` },
    },
    ...(types.length === 0
      ? []
      : [
          {
            name: `${room}-knows-types-only`,
            comment: `Of ${types.join(', ')} it imports types alone.`,
            severity: 'error',
            from: { path: `^src/${room}/`, pathNot: '[.]test[.]ts$' },
            to: { path: `^src/${anyOf(types)}/`, dependencyTypesNot: ['type-only'] },
          },
        ]),
  ]
})

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...perRoom,
    {
      name: 'domain-is-pure',
      comment: 'No I/O: no module of the runtime, no library but the one that describes types.',
      severity: 'error',
      from: { path: '^src/domain/', pathNot: '[.]test[.]ts$' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'], pathNot: '@sinclair/typebox' },
    },
    {
      name: 'operations-know-no-transport',
      comment: 'No HTTP objects, no sockets, no database: the runtime and the web framework stay outside.',
      severity: 'error',
      from: { path: '^src/operations/', pathNot: '[.]test[.]ts$' },
      to: { dependencyTypes: ['core', 'npm'], pathNot: '@sinclair/typebox|^crypto$' },
    },
    {
      name: 'http-knows-no-operation-by-name',
      comment: 'Routes and documents derive from the list that it is handed.',
      severity: 'error',
      from: { path: '^src/http/' },
      to: { path: '^src/operations/[^/]+/' },
    },
    {
      name: 'list-is-handed-in',
      comment: 'server/compose.ts and engine/writer-thread.ts bring the engine and the operations together.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(server/compose[.]ts$|engine/writer-thread[.]ts$|operations/)' },
      to: { path: '^src/operations/index[.]ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'rooms-only',
      comment: 'Every source file lies in a room or is one of those that put the parts together.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: `^src/(${Object.keys(rooms).join('|')}|server)/|^src/(main|chatroomd|config)([.]test)?[.]ts$`,
      },
      to: {},
    },
    {
      name: 'root-is-on-top',
      comment: 'What puts the parts together is imported by nobody.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main[.]ts$|chatroomd[.]ts$|server/)' },
      to: { path: '^src/(main[.]ts$|chatroomd[.]ts$|server/|engine/writer-thread[.]ts$)' },
    },
    {
      name: 'generated-code-knows-nobody',
      severity: 'error',
      from: { path: '^src/realtime/generated/' },
      to: { path: '^src/', pathNot: '^src/realtime/generated/' },
    },
    {
      name: 'no-cycles',
      comment: 'Type-only imports count.',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
}
