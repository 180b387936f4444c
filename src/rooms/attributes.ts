import { Failure } from '../failure.ts'
import { limits as ceilings } from '../limits.ts'
import { type Permitted, refusal } from '../permissions.ts'
import type { Attribute } from '../store/attributes.ts'
import type { Unit } from '../unit.ts'
import { roomToChange } from './access.ts'

const limits = {
  /** Most keys in one call. */
  batch: ceilings.attributesSet.value,
  /** Most attributes of a room. */
  room: ceilings.roomAttributes.value,
  /** Longest key, in characters. */
  key: ceilings.attributeKey.value,
  /** Longest value, in Unicode code points. */
  value: ceilings.attributeValue.value,
}

const legalKey = /^[A-Za-z0-9_.-]*$/

/** What became of the keys of a call: those done, and why the others were not. */
export interface KeyOutcome {
  successKeys: string[]
  errorKeys: Record<string, string>
}

/** What a caller asks to set; `autoDelete`: they go when `username` leaves the room. */
export interface AttributeDraft {
  username: string
  values: Record<string, string>
  autoDelete: boolean
  /** Whether keys that others set are overwritten. */
  forced: boolean
}

/** Fails when a call names more keys than it takes, or none. */
function checkKeys(keys: string[], field: string): void {
  if (keys.length === 0) throw new Failure('illegal_argument', `${field} must hold at least one key`)
  if (keys.length > limits.batch)
    throw new Failure('illegal_argument', `exceed allowed batch size ${limits.batch}`)
}

/** Fails with `MetadataException` unless the user is in the room. */
async function checkInRoom(
  { app, store }: Unit,
  operation: Permitted,
  id: string,
  username: string,
): Promise<void> {
  if (!(await store.members.findMember(app.id, id, username))) throw refusal(operation)
}

const othersKey = 'others are not allowed to be set'

/** Why an attribute cannot be set; undefined when it can. `kept` counts the room's attributes so far. */
function reasonNot(
  [key, value]: [string, string],
  known: Attribute | undefined,
  { username, forced }: AttributeDraft,
  kept: number,
): string | undefined {
  if (key.length > limits.key) return `properties key '${key}' is exceeding maximum limit ${limits.key}`
  if (key === '' || !legalKey.test(key)) return `properties key '${key}' is not Legal`
  if (value.length > limits.value && [...value].length > limits.value) {
    return `properties value of key '${key}' is exceeding maximum limit ${limits.value}`
  }
  if (known && known.owner !== username && !forced) return othersKey
  if (!known && kept >= limits.room) {
    return 'size of metadata for this single chatroom exceeds the user defined limit'
  }
  return undefined
}

/** Sets up to 10 custom attributes of a room in the name of a member; each key fares on its own. */
export async function setAttributes(unit: Unit, id: string, draft: AttributeDraft): Promise<KeyOutcome> {
  const { app, store } = unit
  const { username, values, autoDelete, forced } = draft
  const operation = forced ? 'forceAttributes' : 'setAttributes'
  await roomToChange(unit, operation, id, [username])
  checkKeys(Object.keys(values), 'metaData')
  await checkInRoom(unit, operation, id, username)

  const known = new Map((await store.attributes.attributes(app.id, id)).map((each) => [each.name, each]))
  const errors: [key: string, reason: string][] = []
  const kept: Attribute[] = []
  let count = known.size
  for (const [name, value] of Object.entries(values)) {
    const reason = reasonNot([name, value], known.get(name), draft, count)
    if (reason !== undefined) {
      errors.push([name, reason])
      continue
    }
    if (!known.has(name)) count += 1
    kept.push({ name, value, owner: username, autoDelete })
  }
  const outcome = { successKeys: kept.map(({ name }) => name), errorKeys: Object.fromEntries(errors) }
  if (kept.length === 0) return outcome
  await store.attributes.setAttributes(app.id, id, kept)
  unit.emit(
    {
      type: 'attributes.set',
      attributes: Object.fromEntries(kept.map(({ name, value }) => [name, value])),
      username,
      autoDelete,
      forced,
    },
    id,
  )
  return outcome
}

/** Removes up to 10 custom attributes; with `forced` also those that others set, for a user who need not be in. */
export async function removeAttributes(
  unit: Unit,
  id: string,
  { username, keys, forced }: { username: string; keys: string[]; forced: boolean },
): Promise<KeyOutcome> {
  const { app, store } = unit
  const operation = forced ? 'forceRemoveAttributes' : 'removeAttributes'
  await roomToChange(unit, operation, id, [username])
  checkKeys(keys, 'keys')
  if (!forced) await checkInRoom(unit, operation, id, username)

  const known = await store.attributes.attributes(app.id, id, keys)
  const others = new Set(
    forced ? [] : known.filter(({ owner }) => owner !== username).map(({ name }) => name),
  )
  const successKeys = keys.filter((key) => !others.has(key))
  const removed = known.map(({ name }) => name).filter((name) => !others.has(name))
  if (removed.length > 0) {
    await store.attributes.removeAttributes(app.id, id, removed)
    unit.emit({ type: 'attributes.removed', keys: removed }, id)
  }
  return { successKeys, errorKeys: Object.fromEntries([...others].map((key) => [key, othersKey])) }
}
