import { limits } from '../domain/limits.ts'

/** The latest lines of the log, in two halves: when the newer is full, the older is forgotten. */
export class RecentLog {
  private older: string[] = []
  private newer: string[] = []
  private length = 0

  add(line: string): void {
    if (this.length + line.length > limits.recentLog.value / 2) {
      this.older = this.newer
      this.newer = []
      this.length = 0
    }
    if (line.length > limits.recentLog.value / 2) return
    this.newer.push(line)
    this.length += line.length
  }

  /** Those of the last hour, the oldest first, each JSON text. */
  lines(nowMs: number): string[] {
    const sinceMs = nowMs - limits.recentLogTime.value
    return [...this.older, ...this.newer].filter((line) => {
      const [, time = '0'] = /"time":(\d+)/.exec(line) ?? []
      return Number(time) >= sinceMs
    })
  }
}
