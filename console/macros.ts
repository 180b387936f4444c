import { transformAsync } from '@babel/core'
import linguiMacros from '@lingui/babel-plugin-lingui-macro'
import { getConfig } from '@lingui/conf'
import type { Plugin } from 'vite'

/** Compiles Lingui's macros, in the files that use them: everything else is left to Vite. */
export function linguiTexts(): Plugin {
  const linguiConfig = getConfig({ cwd: import.meta.dirname })
  return {
    name: 'lingui-macros',
    enforce: 'pre',
    async transform(code, id) {
      if (!/\.tsx?$/.test(id) || !/@lingui\/(core|react)\/macro/.test(code)) return null
      const compiled = await transformAsync(code, {
        filename: id,
        babelrc: false,
        configFile: false,
        sourceMaps: true,
        parserOpts: { plugins: ['typescript', 'jsx'] },
        plugins: [[linguiMacros, { linguiConfig }]],
      })
      return compiled?.code ? { code: compiled.code, map: compiled.map ?? null } : null
    },
  }
}
