/** Where clients connect for real time: web SDKs at `/websocket`, native ones at `/ws`. */
export const isForSocket = (request: Request): boolean =>
  /\/(websocket|ws)(\?|$)/.test(request.url) && request.headers.get('upgrade')?.toLowerCase() === 'websocket'
