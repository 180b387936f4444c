import { Search } from 'lucide-react'
import { useEffect, useState } from 'react'
import { inputClass } from './field.tsx'
import { useParam } from './params.ts'

/** What is searched for, in the address as `q`; it waits until one has stopped typing. */
export function SearchBox({ label }: { label: string }) {
  const [search, setSearch] = useParam('q')
  const [text, setText] = useState(search)
  useEffect(() => {
    if (text === search) return
    const waiting = setTimeout(() => setSearch(text), 250)
    return () => clearTimeout(waiting)
  }, [text, search, setSearch])
  return (
    <div className="relative min-w-44 flex-1 sm:w-64 sm:flex-none">
      <Search
        size={14}
        aria-hidden="true"
        className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-dim"
      />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          // The platform would clear it, and the rows that the keys are to go through would be others.
          event.preventDefault()
          event.currentTarget.blur()
        }}
        className={`${inputClass} pl-8`}
      />
    </div>
  )
}
