/** The small core of the web SDK with two of its plug-ins, under the names that the whole SDK has. */
// biome-ignore assist/source/organizeImports: the plug-ins must be loaded after the core.
import MiniCore, { type MiniCoreOptions } from 'easemob-websdk/miniCore/miniCore'
import * as chatroom from 'easemob-websdk/chatroom/chatroom'
import * as contact from 'easemob-websdk/contact/contact'

class Connection extends MiniCore {
  constructor(options: MiniCoreOptions) {
    super(options)
    for (const plugin of [chatroom, contact]) this.usePlugin(plugin)
  }
}

/** Only a client knows how to make messages. */
const { Message: message } = new MiniCore({ appKey: 'any#app' })

Object.assign(globalThis, { websdk: { connection: Connection, message } })
