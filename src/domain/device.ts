/** A device with which a user is connected, under the wire's names. */
export interface Device {
  /** The device, as the client names it. */
  res: string
  device_uuid: string
  device_name: string
  /** When its connection was opened, Unix ms; nodes of an earlier release do not say. */
  connected?: number
}
