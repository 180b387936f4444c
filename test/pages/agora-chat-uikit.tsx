import * as kit from 'agora-chat-uikit'
import { visitsWith } from './chat-room.tsx'

visitsWith(kit)
