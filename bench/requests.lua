-- Sends the requests of a file in turn, over and over: a line is method, path, token and body, separated by tabs.
local made, place = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    local method, path, token, body = line:match("^(%S+)\t(%S+)\t(%S*)\t(.*)$")
    local headers = { ["Authorization"] = "Bearer " .. token }
    if body == "" then body = nil else headers["Content-Type"] = "application/json" end
    made[#made + 1] = wrk.format(method, path, headers, body)
  end
end

function request()
  place = place % #made + 1
  return made[place]
end
