import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { Select } from '../../ui/field.tsx'

const examples = {
  JavaScript: `import { createHmac, timingSafeEqual } from 'node:crypto'

export function isSigned(secret, headers, body) {
  const [id, at, signatures] = ['id', 'timestamp', 'signature'].map((name) => headers.get('webhook-' + name) ?? '')
  if (Math.abs(Date.now() / 1000 - Number(at)) > 300) return false
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const own = 'v1,' + createHmac('sha256', key).update(id + '.' + at + '.' + body).digest('base64')
  return signatures.split(' ').some(
    (each) => each.length === own.length && timingSafeEqual(Buffer.from(each), Buffer.from(own)))
}`,
  Python: `import base64, hashlib, hmac, time

def is_signed(secret, headers, body: bytes):
    id, at = headers['webhook-id'], headers['webhook-timestamp']
    if abs(time.time() - int(at)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix('whsec_'))
    mac = hmac.new(key, f'{id}.{at}.'.encode() + body, hashlib.sha256).digest()
    own = 'v1,' + base64.b64encode(mac).decode()
    return any(hmac.compare_digest(each, own) for each in headers['webhook-signature'].split())`,
  Go: `func isSigned(secret string, h http.Header, body []byte) bool {
	id, at := h.Get("webhook-id"), h.Get("webhook-timestamp")
	sec, err := strconv.ParseInt(at, 10, 64)
	if err != nil || math.Abs(float64(time.Now().Unix()-sec)) > 300 {
		return false
	}
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + at + "."))
	mac.Write(body)
	own := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, each := range strings.Fields(h.Get("webhook-signature")) {
		if hmac.Equal([]byte(each), []byte(own)) {
			return true
		}
	}
	return false
}`,
  Java: `static boolean isSigned(String secret, String id, String at, String signatures, byte[] body) throws Exception {
  if (Math.abs(System.currentTimeMillis() / 1000 - Long.parseLong(at)) > 300) return false;
  byte[] key = Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
  Mac mac = Mac.getInstance("HmacSHA256");
  mac.init(new SecretKeySpec(key, "HmacSHA256"));
  mac.update((id + "." + at + ".").getBytes(UTF_8));
  byte[] own = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes(UTF_8);
  for (String each : signatures.split(" "))
    if (MessageDigest.isEqual(each.getBytes(UTF_8), own)) return true;
  return false;
}`,
  curl: `# What was signed is ID.TIMESTAMP.BODY; ID and AT are the headers webhook-id and webhook-timestamp.
AT=$(date +%s); ID=try-1; BODY='{"eventType":"message.sent"}'
KEY=$(printf %s "\${SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')
SIG=$(printf '%s.%s.%s' "$ID" "$AT" "$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)
curl -d "$BODY" -H "webhook-id: $ID" -H "webhook-timestamp: $AT" -H "webhook-signature: v1,$SIG" "$URL"`,
} as const

/** How a server checks that a callback comes from here. */
export function SignatureHelp() {
  const { t } = useLingui()
  const [language, setLanguage] = useState<keyof typeof examples>('JavaScript')
  return (
    <div className="flex flex-col gap-3 p-4">
      <p className="text-dim">
        {t`Headers and signature are those of Standard Webhooks, which has libraries for most languages. By hand:`}
      </p>
      <Select
        bare
        label={t`Language`}
        value={language}
        onChange={(name) => setLanguage(name as keyof typeof examples)}
        options={Object.keys(examples).map((name) => [name, name] as const)}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled by the keyboard. */}
      <pre tabIndex={0} className="overflow-x-auto rounded-md bg-raised p-3 font-mono text-xs">
        {examples[language]}
      </pre>
    </div>
  )
}
