import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { type ReactNode, useEffect, useMemo, useRef } from 'react'
import { useParam } from './params.ts'
import { useVirtualRows } from './row-keys.ts'
import { Scroller } from './scroller.tsx'

export interface Column<Row> {
  id: string
  title: string
  /** Stands in the head instead of the title. */
  head?: ReactNode
  cell(row: Row): ReactNode
  /** What it is sorted by; without it, it is not. */
  sortBy?(row: Row): string | number
  isNumber?: boolean
  /** Left out where the screen is narrow. */
  isWideOnly?: boolean
  className?: string
}

interface TableProps<Row> {
  label: string
  rows: readonly Row[]
  columns: readonly Column<Row>[]
  idOf(row: Row): string
  onOpen?(row: Row): void
  /** Reads more when the end is near. */
  onEnd?(): void
  empty: ReactNode
}

const rowPixels = 44
const none: never[] = []

/** A table that draws only the rows in sight. Which column it is sorted by stands in the address. */
export function DataTable<Row extends object>({
  label,
  rows,
  columns,
  idOf,
  onOpen,
  onEnd,
  empty,
}: TableProps<Row>) {
  const [sort, setSort] = useParam('sort')
  const sorting = useMemo(
    () => (sort ? [{ id: sort.replace(/^-/, ''), desc: sort.startsWith('-') }] : none),
    [sort],
  )
  const place = useRef<HTMLElement>(null)
  const sorted = useSorted(rows, columns, sorting)
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => place.current,
    estimateSize: () => rowPixels,
    overscan: 12,
  })
  const shown = virtual.getVirtualItems()
  const last = shown.at(-1)?.index ?? -1
  useEffect(() => {
    if (last >= rows.length - 20) onEnd?.()
  }, [last, rows.length, onEnd])
  useVirtualRows(place, sorted.length, virtual.scrollToIndex)

  if (rows.length === 0) return <>{empty}</>
  const before = shown[0]?.start ?? 0
  const after = virtual.getTotalSize() - (shown.at(-1)?.end ?? 0)

  return (
    <Scroller isList ref={place} label={label} className="max-h-full min-h-0 overflow-auto">
      <table className="w-full border-separate border-spacing-0" aria-rowcount={rows.length + 1}>
        <thead className="sticky top-0 z-10 bg-panel">
          <tr>
            {columns.map((column) => (
              <HeadCell key={column.id} column={column} sort={sort} onSort={setSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap pixels={before} columns={columns.length} />
          {shown.map(({ index }) => {
            const row = sorted[index]
            if (!row) return null
            return (
              <tr
                key={idOf(row)}
                data-row={index}
                tabIndex={-1}
                aria-rowindex={index + 2}
                onClick={(event) => isBesideControls(event.target) && onOpen?.(row)}
                onKeyDown={(event) =>
                  event.key === 'Enter' && isBesideControls(event.target) && onOpen?.(row)
                }
                className={`h-11 outline-none hover:bg-raised focus-visible:bg-accent-soft ${onOpen ? 'cursor-pointer' : ''}`}
              >
                {columns.map((column) => (
                  <td key={column.id} className={`border-b border-line px-3 py-1 ${cellClass(column)}`}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            )
          })}
          <Gap pixels={after} columns={columns.length} />
        </tbody>
      </table>
    </Scroller>
  )
}

const cellClass = <Row,>({ isNumber, isWideOnly, className = '' }: Column<Row>): string =>
  `${isNumber ? 'text-right' : 'text-left'} ${isWideOnly ? 'hidden md:table-cell' : ''} ${className}`

/** Links and buttons in a row do what they say, not what the row does. */
const isBesideControls = (target: EventTarget): boolean =>
  target instanceof Element && !target.closest('a, button, input, select, [role="menu"], [role="dialog"]')

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() })

function useSorted<Row extends object>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: { id: string; desc: boolean }[],
): Row[] {
  const definitions = useMemo(() => {
    const helper = createColumnHelper<typeof features, Row>()
    return columns.flatMap(({ id, sortBy }) =>
      sortBy
        ? [
            helper.accessor((row: Row): unknown => sortBy(row), {
              id,
              sortFn: (a, b) => compare(sortBy(a.original), sortBy(b.original)),
            }),
          ]
        : [],
    )
  }, [columns])
  const table = useTable({ features, columns: definitions, data: rows, state: { sorting } })
  return table.getRowModel().rows.map(({ original }) => original)
}

const compare = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b))

function Gap({ pixels, columns }: { pixels: number; columns: number }) {
  return pixels > 0 ? (
    <tr>
      <td colSpan={columns} style={{ height: pixels }} aria-hidden="true" />
    </tr>
  ) : null
}

interface HeadProps<Row> {
  column: Column<Row>
  sort: string
  onSort(sort: string): void
}

function HeadCell<Row>({ column, sort, onSort }: HeadProps<Row>) {
  const isUp = sort === column.id
  const isDown = sort === `-${column.id}`
  const Arrow = isDown ? ArrowDown : ArrowUp
  const isSorted = isUp || isDown
  return (
    <th
      scope="col"
      {...(isSorted ? { 'aria-sort': isUp ? 'ascending' : 'descending' } : {})}
      className={`h-9 border-b border-line px-3 text-xs font-medium whitespace-nowrap text-dim ${cellClass(column)}`}
    >
      {column.sortBy ? (
        <button
          type="button"
          className="inline-flex items-center gap-1 hover:text-ink"
          onClick={() => onSort(isUp ? `-${column.id}` : isDown ? '' : column.id)}
        >
          {column.title}
          <Arrow size={12} aria-hidden="true" className={isSorted ? '' : 'opacity-0'} />
        </button>
      ) : (
        (column.head ?? column.title)
      )}
    </th>
  )
}
