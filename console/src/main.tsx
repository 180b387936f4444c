import './console.css'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { chosenLanguage, speak } from './i18n.ts'
import { followTheme } from './theme.ts'

followTheme()
await speak(chosenLanguage())
const place = document.getElementById('console')
if (place) createRoot(place).render(<App />)
