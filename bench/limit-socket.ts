/** The limit of the real-time bench: a bare `Bun.serve` whose sockets publish the same bytes for whatever they get. */
export {}

const bytes = new Uint8Array(Number(process.argv[2]))

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: (request, self) =>
    self.upgrade(request, { data: { topic: '' } }) ? undefined : new Response('', { status: 426 }),
  websocket: {
    data: {} as { topic: string },
    message(socket, message) {
      if (socket.data.topic === '') {
        socket.data.topic = message.toString()
        socket.subscribe(socket.data.topic)
        socket.sendBinary(new Uint8Array(1))
        return
      }
      socket.publishBinary(socket.data.topic, bytes)
    },
  },
})
console.log(JSON.stringify({ url: `http://127.0.0.1:${server.port}` }))
