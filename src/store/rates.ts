import type { Database } from './database.ts'

/** Calls of an app's operation in the latest second in which there were any. */
export interface RateStore {
  /**
   * Adds calls of a second (Unix s). One that is just over counts as the latest, as transactions overtake each other;
   * an earlier one means that the clock has stepped back, and begins anew.
   */
  countCalls(
    app: number,
    operation: string,
    second: number,
    calls: number,
  ): Promise<{ second: number; used: number }>
}

/** Reads and writes the table `rates`. */
export function rateStore(db: Database): RateStore {
  const isLater = 'excluded.second > rates.second or excluded.second < rates.second - 2'
  return {
    async countCalls(app, operation, second, calls) {
      const row = await db.get<{ second: number; used: number }>(
        `insert into rates (app, operation, second, used) values (?1, ?2, ?3, ?4)
         on conflict (app, operation) do update set
           used = case when ${isLater} then excluded.used else rates.used + excluded.used end,
           second = case when ${isLater} then excluded.second else rates.second end
         returning second, used`,
        app,
        operation,
        second,
        calls,
      )
      if (!row) throw new Error('calls were not counted')
      return row
    },
  }
}
