import type { Event } from './event.ts'

/** What a cached response shows: a room, by its id; the rooms that a user joins; or all rooms of the app. */
export type Subject = string

export type Subjects = readonly Subject[]

/** What the response of a read shows; undefined where it is not to be cached. */
export type Shows<Input, Output, Given> = (input: Input, given: Given, output: Output) => Subjects | undefined

/** For a response that any room of the app changes. */
export const anyRoom: Subject = ''

/** For a response that a user changes by joining a room; no room has such an id. */
export const joinedBy = (username: string): Subject => `joined/${username}`

/** Whether a subject is the rooms that a user joins. */
export const isJoined = (subject: Subject): boolean => subject.startsWith('joined/')

const nobody: readonly string[] = []

/** The users whose joined rooms an event may have added to. */
export function joinedWith(event: Event): readonly string[] {
  switch (event.type) {
    case 'room.created':
      return [event.owner, ...event.members]
    case 'member.joined':
      return event.usernames
    case 'user.changed':
      return [event.username]
    default:
      return nobody
  }
}
