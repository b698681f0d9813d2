// Uploads a file with tus-js-client, cut off in the middle once and resumed, and checks what the desk says.
import * as tus from 'tus-js-client'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
const [, , endpoint, token, ticket, file] = process.argv
const content = readFileSync(file)
const sha256 = createHash('sha256').update(content).digest('hex')
const options = (chunkSize, extra) => ({
  endpoint, chunkSize, retryDelays: [0, 200, 500],
  headers: { Authorization: 'Bearer ' + token },
  metadata: { sha256, ticket, filename: file.split('/').pop() }, ...extra })
let url
await new Promise((resolve, reject) => {
  const upload = new tus.Upload(content, options(100_000, {
    onError: reject,
    onChunkComplete: (size, accepted) => { if (accepted >= 300_000) { url = upload.url; upload.abort().then(resolve) } },
    onSuccess: () => reject(new Error('not interrupted')) }))
  upload.start()
})
console.log('interrupted at', url)
for (const how of [{ uploadUrl: url }, { uploadDataDuringCreation: true }, {}]) {
  await new Promise((resolve, reject) => {
    const upload = new tus.Upload(content, options(how.uploadDataDuringCreation ? Infinity : 200_000, {
      ...how, onError: reject, onSuccess: resolve }))
    upload.start()
  })
  console.log('done', JSON.stringify(how))
}
await new Promise((resolve, reject) => {
  const upload = new tus.Upload(content, options(200_000, { onChunkComplete: () => upload.abort(true).then(resolve, reject), onError: reject }))
  upload.start()
})
console.log('terminated')
