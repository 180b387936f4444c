import { lingui } from '@lingui/vite-plugin'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { linguiTexts } from './macros.ts'

/** A page, or a part of one that is loaded when it is opened: nothing of the first load is among these. */
const isOfPage = ({
  isDynamicEntry,
  facadeModuleId,
}: {
  isDynamicEntry: boolean
  facadeModuleId: string | null
}) => isDynamicEntry && facadeModuleId?.includes('/src/pages/') === true

export default defineConfig({
  base: '/console/',
  root: import.meta.dirname,
  plugins: [linguiTexts(), lingui({ cwd: import.meta.dirname, failOnMissing: true }), react(), tailwindcss()],
  // The tests of UI kits bring an older React to the root: libraries there must take the console's own.
  resolve: { dedupe: ['react', 'react-dom'] },
  // Nothing is inlined: the Content-Security-Policy allows files of this server alone.
  build: {
    license: { fileName: 'licenses.md' },
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        chunkFileNames: (chunk) => `assets/${isOfPage(chunk) ? 'pages/' : ''}[name]-[hash].js`,
      },
    },
  },
  server: { proxy: { '^/(?!console/(?!api))': 'http://127.0.0.1:8080' } },
})
