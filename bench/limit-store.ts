/**
 * The limit for creates: the rows of a room with two members, written by bun:sqlite alone, 64 rooms a commit.
 * Arguments: a data directory with a schema, seconds. Prints rooms per second.
 */
import { Database } from 'bun:sqlite'
import { join } from 'node:path'

const [dir = '', seconds = '3'] = process.argv.slice(2)
const db = new Database(join(dir, 'chatroomd.db'))
db.run('pragma journal_mode = wal')
db.run('pragma synchronous = full')
db.run('pragma wal_autocheckpoint = 4000')
db.run('pragma cache_size = -32768')

const addRoom = db.prepare(
  `insert into rooms (app, id, name, description, custom, maxusers, owner, member_count, mute, created, active)
   values (?1, ?2, ?3, ?4, '', 1000, ?5, 2, 0, ?6, ?6)`,
)
const addMember = db.prepare('insert into members (app, room, username, joined) values (?1, ?2, ?3, ?4)')
const addEvent = db.prepare(
  `insert into events (app, at, room, number, operator, operation, type, data)
   values (1, ?1, ?2, 0, '', 'createRoom', 'room.created', '{"owner":"alice","members":1}')`,
)
const begin = db.prepare('begin immediate')
const commit = db.prepare('commit')

let id = Date.now() * 1000
let rooms = 0
const from = performance.now()
const end = from + Number(seconds) * 1000
while (performance.now() < end) {
  begin.run()
  for (let place = 0; place < 64; place++) {
    id += 1
    addRoom.run(1, String(id), 'night owls', 'late talk', 'alice', id)
    addMember.run(1, String(id), 'alice', id)
    addMember.run(1, String(id), 'bob', id)
    addEvent.run(id, String(id))
  }
  commit.run()
  rooms += 64
}
console.log((rooms * 1000) / (performance.now() - from))
db.close()
