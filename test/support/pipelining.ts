/** Writes calls one after another, without waiting for responses, on some connections until it is ended: `url token path connections`. */
import { connect } from 'node:net'
import { headOf } from './raw-http.ts'

const [url = '', token = '', path = '', connections = '1'] = process.argv.slice(2)
const { hostname, port } = new URL(url)
const many = headOf(`GET ${path}`, `Authorization: Bearer ${token}`).repeat(500)

function flood(): void {
  const socket = connect(Number(port), hostname)
  const write = () => {
    while (socket.writable && socket.write(many));
  }
  socket.on('connect', write).on('drain', write)
  // Returns have to be read, or the server would stop reading, too.
  socket.on('data', () => undefined)
  socket.on('error', () => undefined)
  socket.on('close', flood)
}

for (let count = 0; count < Number(connections); count += 1) flood()
console.log('flooding')
