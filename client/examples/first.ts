import { ChatroomdError, createClient } from 'chatroomd-client'

const chat = createClient({
  url: process.env.CHATROOMD_URL ?? 'http://127.0.0.1:8080',
  app: process.env.CHATROOMD_APP ?? 'demo#chat',
  credentials: {
    clientId: process.env.CHATROOMD_CLIENT_ID ?? '',
    clientSecret: process.env.CHATROOMD_CLIENT_SECRET ?? '',
  },
})

// Create a chat room, and send a message to it as the app.
const { data: room } = await chat.post('/chatrooms', {
  body: { name: 'night owls', description: 'late talk', owner: 'alice', members: ['bob'] },
})
await chat.post('/messages/chatrooms', {
  body: { from: 'alice', to: [room.id], type: 'txt', body: { msg: 'Good evening!' } },
})

// Read a list of any length; pages are fetched as the loop goes on.
for await (const { id, name, affiliations_count } of chat.each('/chatrooms')) {
  console.log(id, name, affiliations_count)
}

// A refusal is thrown; its word is typed.
try {
  await chat.get('/chatrooms/{chatroom_id}', { params: { path: { chatroom_id: '0' } } })
} catch (error) {
  if (!(error instanceof ChatroomdError && error.word === 'service_resource_not_found')) throw error
  console.log(error.status, error.message)
}
