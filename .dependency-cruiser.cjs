/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'rules-know-no-http',
      comment: 'What is allowed and what happens knows neither HTTP nor sockets.',
      severity: 'error',
      from: { path: '^src/(rooms|users|apps)/' },
      to: { path: '^src/(http|realtime)/' },
    },
    {
      name: 'rules-see-only-types-of-the-store',
      severity: 'error',
      from: { path: '^src/(rooms|users|apps)/' },
      to: { path: '^src/store/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'edges-see-only-types-of-the-store',
      comment: 'http and realtime are handed a store; they open none.',
      severity: 'error',
      from: { path: '^src/(http|realtime)/' },
      to: { path: '^src/store/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'store-sees-only-values-of-the-rules',
      comment: 'The store keeps what the rules decide; it runs no operation.',
      severity: 'error',
      from: { path: '^src/store/' },
      to: { path: '^src/(http|realtime|operations|run|rooms/rooms|users/users|apps/apps)' },
    },
    {
      name: 'http-and-realtime-apart',
      severity: 'error',
      from: { path: '^src/http/' },
      to: { path: '^src/realtime/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
}
