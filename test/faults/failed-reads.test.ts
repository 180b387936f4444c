import { expect, test } from 'bun:test'
import { SQL } from 'bun'
import { connectAs } from '../support/people.ts'
import { aServer } from '../support/server.ts'

if (!process.env.TEST_DATABASE_URL) {
  console.log('No read failed: no TEST_DATABASE_URL. "npm test" brings a PostgreSQL.')
} else {
  test('12.4 when who may speak cannot be read, a later message reads it again', async () => {
    const server = await aServer()
    const app = await server.app('acme#lounge')
    await app.register('bob')
    const room = await app.room({ owner: 'bob' })
    const bob = await connectAs(app, 'bob')
    const status = async () => (await bob.say(room, 'x')).status
    const sql = new SQL(server.databaseUrl, { max: 1 })
    for (const table of ['mutes', 'app_mutes']) {
      await sql.unsafe(`alter table ${table} rename to away`)
      expect(await status()).toMatchObject({ errorCode: 1, reason: 'internal error' })
      await sql.unsafe(`alter table away rename to ${table}`)
      expect([table, (await status())?.errorCode]).toEqual([table, 0])
      // What is known of the user is dropped, so that the next round reads it.
      await app.call('POST', '/mutes', { username: 'bob', chat: 0 })
    }
    await sql.close()
    bob.close()
    await server.stop()
  }, 20_000)
}
