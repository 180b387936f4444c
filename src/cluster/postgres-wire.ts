import { SQL } from 'bun'
import type { Wire, WireListener } from './wire.ts'
import { everyone } from './wire.ts'

const channel = 'chatroomd'

/** PostgreSQL's own LISTEN and NOTIFY, on two connections. */
export async function postgresWire(url: string, { onText, reconnected }: WireListener): Promise<Wire> {
  const sql = new SQL(url, { max: 2 })
  let isFirst = true
  await sql.listen(
    channel,
    (text) => onText(everyone, text),
    () => {
      if (!isFirst) reconnected()
      isFirst = false
    },
  )
  return {
    // NOTIFY carries less than 8,000 bytes.
    longest: 7900,
    async publish(packets) {
      const texts = JSON.stringify(packets.map(({ text }) => text))
      await sql`select pg_notify(${channel}, value) from json_array_elements_text(${texts}::text::json)`
    },
    close: () => sql.close({ timeout: 0 }),
  }
}
