/** The last run of `chatroomd doctor`: when (Unix ms), and findings by check as JSON. */
export const doctorRuns = (): string[] => [
  `create table doctor_runs (at bigint not null, findings text not null)`,
]
