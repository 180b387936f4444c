-- Sends each request of a file once: a line is method, path, token and body, separated by tabs.
-- Tells when the first and the last of them were answered, and how many were refused: wrk itself cannot stop early, and
-- asks for pages that do not exist meanwhile.
-- wrk asks for one request more, to look at it.
local made, place, answered, refused, spare = {}, -1, 0, 0, nil

function init(args)
  for line in io.lines(args[1]) do
    local method, path, token, body = line:match("^(%S+)\t(%S+)\t(%S*)\t(.*)$")
    local headers = { ["Authorization"] = "Bearer " .. token }
    if body == "" then body = nil else headers["Content-Type"] = "application/json" end
    made[#made + 1] = wrk.format(method, path, headers, body)
  end
  spare = wrk.format("GET", "/spare")
end

function request()
  place = place + 1
  return made[place] or spare
end

function response(status)
  if status == 404 then return end
  answered = answered + 1
  if answered > #made then return end
  if status >= 300 then refused = refused + 1 end
  if answered == 1 then print("first") io.flush() end
  if answered == #made then
    print("last " .. refused)
    io.flush()
    wrk.thread:stop()
  end
end
