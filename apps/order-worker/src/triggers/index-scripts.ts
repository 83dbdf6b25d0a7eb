/*
 * The trigger index lives under one hash tag, so that a script may name its keys itself. Below KEYS[1]:
 *   :groups:<pair>            names of the pair's groups, `<kind>:<swapMode>:<sizeClass>`
 *   :<pair>:<group>           limit, stop: order ids by the price at which they fire
 *   :<pair>:<group>:highs     trailing stops: the best prices seen, 40 digits each, in their order as text
 *   :<pair>:<group>:floors    the same by the highest price at which one of those that share it fires
 *   :<pair>:<group>:bucket:H  the orders whose best price is H, by their distance
 *   :<pair>:<group>:members   every order of the group
 *   :held                     orders taken out for a while, by when that ends (clock of Redis)
 *   :proven                   of those held, the ones that fire whatever the price is now, with their best price
 *   :raised                   buckets whose best price is not in Postgres yet, `<pair> <group> <H>`
 *   :applied:<genesis>        the slot of the last price of each pair
 */

const TRAILING = `
local function floor(key, high)
  local least = redis.call('ZRANGE', key .. ':bucket:' .. high, 0, 0, 'WITHSCORES')
  if #least == 0 then
    redis.call('ZREM', key .. ':highs', high)
    redis.call('ZREM', key .. ':floors', high)
  else
    redis.call('ZADD', key .. ':highs', 0, high)
    local price = tonumber(high) * (1 - tonumber(least[2]) / 10000) * (1 + 1e-9)
    redis.call('ZADD', key .. ':floors', string.format('%.17g', price), high)
  end
end
`

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`

/**
 * Takes the orders that a price reaches out of the index and holds them. ARGV: pair, genesis, slot, most orders, hold ms, then of
 * each size class `<swapMode>:<class>`, best and worst price of the class, its unit price. Answers whether the slot was not passed
 * already, whether there may be more, and id, mark and proof of each order by turns.
 */
export const APPLY = `
local base, pair = KEYS[1], ARGV[1]
local applied = base .. ':applied:' .. ARGV[2]
local last = redis.call('HGET', applied, pair)
if last and tonumber(last) > tonumber(ARGV[3]) then return {0, 0, {}} end
redis.call('HSET', applied, pair, ARGV[3])
local groups = redis.call('SMEMBERS', base .. ':groups:' .. pair)
if #groups == 0 then return {1, 0, {}} end
local left = tonumber(ARGV[4])
${NOW}
local untilMs = now + tonumber(ARGV[5])
local taken = {}
${TRAILING}
local function hold(ids, mark, proven)
  for _, id in ipairs(ids) do
    taken[#taken + 1], taken[#taken + 2], taken[#taken + 3] = id, mark, proven
    redis.call('ZADD', base .. ':held', untilMs, id)
    if proven == 1 then redis.call('HSET', base .. ':proven', id, mark) end
  end
  left = left - #ids
end
local function take(key, from, to, proven)
  if left <= 0 then return end
  local ids = redis.call('ZRANGEBYSCORE', key, from, to, 'LIMIT', 0, left)
  if #ids == 0 then return end
  redis.call('ZREM', key, unpack(ids))
  hold(ids, '', proven)
end
local function merge(from, into)
  if redis.call('EXISTS', into) == 0 then return redis.call('RENAME', from, into) end
  if redis.call('ZCARD', from) > redis.call('ZCARD', into) then
    redis.call('RENAME', into, into .. ':smaller')
    redis.call('RENAME', from, into)
    from = into .. ':smaller'
  end
  local orders = redis.call('ZRANGE', from, 0, -1, 'WITHSCORES')
  for i = 1, #orders, 2 do redis.call('ZADD', into, orders[i + 1], orders[i]) end
  redis.call('DEL', from)
end
local function raise(key, name, price)
  local lows = redis.call('ZRANGEBYLEX', key .. ':highs', '-', '(' .. price)
  if #lows == 0 then return end
  for _, low in ipairs(lows) do
    merge(key .. ':bucket:' .. low, key .. ':bucket:' .. price)
    redis.call('ZREM', key .. ':highs', low)
    redis.call('ZREM', key .. ':floors', low)
    redis.call('SREM', base .. ':raised', pair .. ' ' .. name .. ' ' .. low)
  end
  redis.call('SADD', base .. ':raised', pair .. ' ' .. name .. ' ' .. price)
  floor(key, price)
end
local function fall(key, price)
  for _, high in ipairs(redis.call('ZRANGEBYSCORE', key .. ':floors', price, '+inf')) do
    if left <= 0 then return end
    local bucket = key .. ':bucket:' .. high
    local distance = (1 - tonumber(price) / tonumber(high)) * 10000 + 1e-5
    local ids = redis.call('ZRANGEBYSCORE', bucket, '-inf', string.format('%.17g', distance), 'LIMIT', 0, left)
    if #ids > 0 then
      redis.call('ZREM', bucket, unpack(ids))
      redis.call('SREM', key .. ':members', unpack(ids))
      hold(ids, high, 1)
      floor(key, high)
    end
  end
end
local class = {}
for i = 6, #ARGV, 4 do class[ARGV[i]] = i end
for _, name in ipairs(groups) do
  local kind, size = string.match(name, '^(%a+):(.+)$')
  local at = class[size]
  if at then
    local key = base .. ':' .. pair .. ':' .. name
    local best, worst, price = ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
    if kind == 'limit' then
      take(key, '-inf', best, 0)
    elseif kind == 'stop' then
      take(key, best, '+inf', 1)
      take(key, worst, '(' .. best, 0)
    elseif price ~= '' then
      raise(key, name, price)
      fall(key, price)
    end
  end
end
return {1, left <= 0 and 1 or 0, taken}
`

/**
 * Puts orders into the index that are neither there nor held. ARGV: 1 where orders that are held are to go back (else 0), then of each
 * order pair, group, id, score, best price or ''. Answers for each 1 where it is new there.
 */
export const ADD = `
local base, back = KEYS[1], ARGV[1] == '1'
local added = {}
${TRAILING}
for i = 2, #ARGV, 5 do
  local pair, name, id, score, high = unpack(ARGV, i, i + 4)
  local key = base .. ':' .. pair .. ':' .. name
  local held = redis.call('ZSCORE', base .. ':held', id)
  if held and back then
    redis.call('ZREM', base .. ':held', id)
    redis.call('HDEL', base .. ':proven', id)
  end
  local new = 0
  if back or not held then
    redis.call('SADD', base .. ':pairs', pair)
    redis.call('SADD', base .. ':groups:' .. pair, name)
    if high == '' then
      new = redis.call('ZADD', key, score, id)
    elseif redis.call('SADD', key .. ':members', id) == 1 then
      new = redis.call('ZADD', key .. ':bucket:' .. high, score, id)
      floor(key, high)
    end
  end
  added[#added + 1] = new
end
return added
`

/** Holds orders, in the index or not, for a while. ARGV: ms, ids. */
export const HOLD = `
${NOW}
for i = 2, #ARGV do redis.call('ZADD', KEYS[1] .. ':held', now + tonumber(ARGV[1]), ARGV[i]) end
`

/** Orders whose time in hold is over, held anew. ARGV: most orders, hold ms. Answers as APPLY's last. */
export const LAPSED = `
${NOW}
local taken = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1] .. ':held', '-inf', now, 'LIMIT', 0, ARGV[1])) do
  redis.call('ZADD', KEYS[1] .. ':held', now + tonumber(ARGV[2]), id)
  local mark = redis.call('HGET', KEYS[1] .. ':proven', id)
  taken[#taken + 1], taken[#taken + 2], taken[#taken + 3] = id, mark or '', mark and 1 or 0
end
return taken
`
