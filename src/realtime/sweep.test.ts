import { expect, test } from 'bun:test'
import { settings } from '../operator/settings.ts'
import { idleSeconds } from './sweep.ts'

test('16.3 with any interval of pings the next one comes before an idle connection is closed', () => {
  for (const seconds of ['1', '25', '119', '120', '300', '600']) {
    const ping = settings.ping_interval.read(seconds)
    expect(idleSeconds(ping * 1000)).toBeGreaterThan(ping)
    expect(idleSeconds(ping * 1000)).toBeLessThanOrEqual(960)
  }
})
