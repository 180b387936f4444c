import { changeApp } from './change-app.ts'
import { countCalls } from './count-calls.ts'
import { createApp } from './create-app.ts'
import { closeApp, deleteApp } from './delete-app.ts'

/** What no call of the API does: commands and the server itself do. */
export const ofOperators = [createApp, changeApp, closeApp, deleteApp, countCalls]
