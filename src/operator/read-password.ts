const [enter, newline, interrupt, end, backspace, remove] = ['\r', '\n', '\u0003', '\u0004', '\b', '\u007f']

/** Reads a line from a terminal that does not show it. */
function readHidden(question: string): Promise<string> {
  const { stdin, stderr } = process
  stderr.write(question)
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  return new Promise((resolve, reject) => {
    let typed = ''
    const finish = () => {
      stdin.setRawMode(false)
      stdin.pause()
      stdin.off('data', take)
      stderr.write('\n')
    }
    const take = (text: string) => {
      for (const key of text) {
        if (key === interrupt) {
          finish()
          return reject(new Error('nothing was changed'))
        }
        if (key === enter || key === newline || key === end) {
          finish()
          return resolve(typed)
        }
        typed = key === backspace || key === remove ? [...typed].slice(0, -1).join('') : typed + key
      }
    }
    stdin.on('data', take)
    stdin.resume()
  })
}

/** A password: typed at the terminal, or the first line of standard input; empty where there is none. */
export async function readPassword(question: string): Promise<string> {
  if (process.stdin.isTTY) return readHidden(question)
  const [line = ''] = (await Bun.stdin.text()).split(/\r?\n/)
  return line
}
