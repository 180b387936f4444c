import { framed, login, message, messagesIn, nextId, said } from './load-client.ts'

/** How the clients of a server speak to it. */
export interface Dialect {
  /** Logs a member in, and joins a room. */
  hello(room: string, member: { name: string; token: string }, appKey: string): Uint8Array
  /** Frames that come in reply. */
  replies: number
  /** The subprotocol of its WebSockets, if they need one. */
  protocol?: string
  /** A message of the bench to a room. */
  message(room: string): Uint8Array
  /** How many messages a frame has, by its bytes. */
  messagesIn(room: string, sender: string): (bytes: number) => number
}

const text = (line: string): Uint8Array => framed(new TextEncoder().encode(line), 0x81)
const json = (...commands: object[]): Uint8Array =>
  text(commands.map((each) => JSON.stringify(each)).join('\n'))

/** One XMPP stanza is one frame (RFC 7395). */
const stanzas = (...each: string[]): Uint8Array => Buffer.concat(each.map(text))
const domain = 'localhost'
const opening = `<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="${domain}" version="1.0"/>`
const addressOf = (room: string): string => `${room}@conference.${domain}`

export const dialects = {
  chatroomd: {
    hello: (_room, { name, token }, appKey) => login(appKey, name, token),
    replies: 1,
    message,
    messagesIn,
  },

  bare: {
    hello: (room) => framed(new TextEncoder().encode(room)),
    replies: 1,
    message,
    messagesIn: () => () => 1,
  },

  /** Its JSON protocol. */
  centrifugo: {
    hello: (channel) => json({ id: 1, connect: {} }, { id: 2, subscribe: { channel } }),
    replies: 1,
    message: (channel) =>
      json({ id: Number(nextId() % 1_000_000_000n), publish: { channel, data: { text: said } } }),
    /** Replies are shorter than any publication. */
    messagesIn(channel) {
      const info = { client: crypto.randomUUID() }
      const one = JSON.stringify({ push: { channel, pub: { data: { text: said }, info } } }).length
      return (bytes) => (bytes < one ? 0 : Math.round((bytes + 1) / (one + 1)))
    },
  },

  /** XMPP with rooms (XEP-0045). Whoever joins gets the room's features, its own presence and the subject. */
  ejabberd: {
    hello: (room, { name }) =>
      stanzas(
        opening,
        `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">${btoa(`\0${name}\0password`)}</auth>`,
        opening,
        '<iq xmlns="jabber:client" type="set" id="bind"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>bench</resource></bind></iq>',
        `<presence xmlns="jabber:client" to="${addressOf(room)}/${name}"><x xmlns="http://jabber.org/protocol/muc"><history maxstanzas="0"/></x></presence>`,
      ),
    replies: 9,
    protocol: 'xmpp',
    message: (room) =>
      text(
        `<message xmlns="jabber:client" to="${addressOf(room)}" type="groupchat"><body>${said}</body></message>`,
      ),
    messagesIn(room, sender) {
      const one = `<message xmlns='jabber:client' xml:lang='en' to='${sender}@${domain}/bench' from='${addressOf(room)}/${sender}' type='groupchat'><body>${said}</body></message>`
      return (bytes) => (Math.abs(bytes - one.length) < 8 ? 1 : 0)
    },
  },
} satisfies Record<string, Dialect>
