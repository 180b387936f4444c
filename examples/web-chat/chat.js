const sdk = window.websdk.default ?? window.websdk
const find = (id) => document.getElementById(id)
const notice = (text) => {
  find('notice').textContent = text
}

/** The address of a server for messages: wss:// where pages come over TLS. */
const socketUrl = (server) => `${server.replace(/^http/, 'ws')}/websocket`

let connection
let room

function show(from, text) {
  const line = document.createElement('li')
  line.textContent = `${from}: ${text}`
  find('messages').append(line)
  line.scrollIntoView()
}

async function showPeople() {
  const { data } = await connection.getChatRoomDetails({ chatRoomId: room })
  find('people').textContent = `${data[0].affiliations_count} 👤`
}

async function enter(id) {
  room = id
  find('messages').replaceChildren()
  await connection.joinChatRoom({ roomId: room })
  const history = await connection.getHistoryMessages({ targetId: room, chatType: 'chatRoom', pageSize: 20 })
  for (const { from, msg } of history.messages.reverse()) if (msg) show(from, msg)
  await showPeople()
}

async function signIn({ server, app, user, password }) {
  connection = new sdk.connection({
    appKey: app,
    isHttpDNS: false,
    apiUrl: server,
    url: socketUrl(server),
    // Each tab is a device of its own. With `true`, the default, a second tab of the same user signs the first one out.
    isFixedDeviceId: false,
  })
  connection.addEventHandler('page', {
    onTextMessage: ({ to, from, msg }) => to === room && show(from, msg),
    onChatroomEvent: ({ id }) => id === room && void showPeople(),
    onDisconnected: () => notice('Disconnected / 已断开'),
  })
  await connection.open({ user, pwd: password })
  const { data } = await connection.getJoinedChatRooms({ pageNum: 1, pageSize: 20 })
  if (data.length === 0) throw new Error('The user is in no chat room yet / 该用户尚未加入任何聊天室')
  find('rooms').replaceChildren(...data.map(({ id, name }) => new Option(name, id)))
  await enter(data[0].id)
  find('login').hidden = true
  document.querySelector('main').hidden = false
  document.title = `${user} – chatroomd`
  notice('')
}

async function say(text) {
  const message = sdk.message.create({ chatType: 'chatRoom', type: 'txt', to: room, msg: text })
  await connection.send(message)
  show(connection.user, text)
}

/** Runs what a form asks for; what goes wrong is shown. */
const onSubmit = (form, act) =>
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const fields = Object.fromEntries(new FormData(form))
    act(fields).catch((error) => notice(error.message || String(error.type)))
  })

onSubmit(find('login'), signIn)
onSubmit(find('say'), async ({ text }) => {
  find('say').reset()
  await say(text)
})
find('rooms').addEventListener('change', ({ target }) => enter(target.value))
