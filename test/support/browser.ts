import { type Browser, chromium } from 'playwright-core'

/** A headless Chromium of the machine; fails with what to install when there is none. */
export async function aBrowser(): Promise<Browser> {
  const executablePath = Bun.which('chromium') ?? Bun.which('google-chrome') ?? Bun.which('chromium-browser')
  if (!executablePath) throw new Error('this test needs Chromium: apt-get install chromium')
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync']
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', ...quiet],
  })
}
