// @ts-check
'use strict'

// Passwords and permissions, as qpdf, poppler and pdf.js see them.

const { pdf } = require('..')
const { checked } = require('./support/pdf-documents')
const { check, facts, keep, printed } = require('./support/pdf-readers')
const { found } = require('./support/pdf-second-reader')

const secret = 'Nobody reads this without a word.'
const passwords = { userPassword: 'open sesame', ownerPassword: 'Grundstück' }

/** What qpdf says of how a file is encrypted. @param {string} file @param {string} password */
const encryption = (file, password) => printed('qpdf', [`--password=${password}`, '--show-encryption', file])

test('opens with either password, and with no other', async () => {
  const { data, file } = await checked({ ...passwords, content: [secret] })
  await check(file, passwords.userPassword)
  await check(file, passwords.ownerPassword)
  await expect(check(file, 'wrong')).rejects.toThrow(/invalid password/)
  await expect(check(file)).rejects.toThrow(/invalid password/)
  expect((await found(data, passwords.userPassword)).pages[0].text).toContain(secret)
  expect((await found(data, passwords.ownerPassword)).pages[0].text).toContain(secret)
  await expect(found(data, 'wrong')).rejects.toThrow(/password/i)
})

test('is AES of 256 bits', async () => {
  const { file } = await checked({ ...passwords, content: [secret] })
  expect(await encryption(file, passwords.userPassword)).toMatch(
    /R = 6[^]*stream encryption method: AESv3[^]*string encryption method: AESv3/,
  )
})

test('nothing that is said can be read in the file', async () => {
  const { data } = await checked({
    ...passwords,
    compress: false,
    info: { title: 'Visible title' },
    content: [secret],
    files: { 'a.txt': { src: Buffer.from('an attachment in the clear') } },
  })
  const text = data.toString('latin1')
  expect(text).not.toMatch(/\bBT\b[^]*\bET\b/)
  expect(text).not.toContain('Visible title')
  expect(text).not.toContain('an attachment in the clear')
})

test('an owner’s password alone: everybody reads, the owner may all', async () => {
  const { data, file } = await checked({ ownerPassword: 'owner', content: [secret] })
  await check(file)
  await check(file, 'owner')
  expect((await found(data)).pages[0].text).toContain(secret)
  expect((await facts(file)).Encrypted).toMatch(/^yes/)
})

test('a user’s password alone opens', async () => {
  const { file } = await checked({ userPassword: 'user', content: [secret] })
  await check(file, 'user')
  await expect(check(file, 'other')).rejects.toThrow(/invalid password/)
})

describe('permissions', () => {
  test('are none unless they are given', async () => {
    const { file } = await checked({ ...passwords, content: [secret] })
    const told = await encryption(file, passwords.userPassword)
    expect(told).toMatch(/extract for any purpose: not allowed/)
    expect(told).toMatch(/print low resolution: not allowed/)
    expect(told).toMatch(/print high resolution: not allowed/)
    expect(told).toMatch(/modify forms: not allowed/)
    expect(told).toMatch(/modify annotations: not allowed/)
    expect(told).toMatch(/modify other: not allowed/)
    expect(told).toMatch(/modify document assembly: not allowed/)
  })

  test.each([
    [
      { printing: 'highResolution' },
      [/print low resolution: allowed/, /print high resolution: allowed/, /extract for any purpose: not allowed/],
    ],
    [{ printing: 'lowResolution' }, [/print low resolution: allowed/, /print high resolution: not allowed/]],
    [{ copying: true }, [/extract for any purpose: allowed/, /modify other: not allowed/]],
    [{ modifying: true }, [/modify other: allowed/]],
    [{ annotating: true }, [/modify annotations: allowed/]],
    [{ fillingForms: true }, [/modify forms: allowed/]],
    [{ documentAssembly: true }, [/modify document assembly: allowed/]],
  ])('%j', async (permissions, expected) => {
    const { file } = await checked({ ...passwords, permissions, content: [secret] })
    const told = await encryption(file, passwords.userPassword)
    for (const line of expected) expect(told).toMatch(line)
  })

  test('that have no name are an error', async () => {
    await expect(checked({ ...passwords, permissions: { flying: true }, content: ['a'] })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringMatching(/permissions[^]*flying/),
    })
  })
})

test('passwords of letters of all scripts, and long ones', async () => {
  for (const userPassword of ['пароль', '密码', 'x'.repeat(127)]) {
    const { file } = await checked({ userPassword, content: [secret] })
    await expect(check(file, userPassword)).resolves.toContain('No syntax or stream encoding errors')
  }
})

test('pictures, links, outlines and attachments are all there behind the password', async () => {
  const content = [
    { text: 'to the world', link: 'https://example.com/', outline: true },
    { image: `${__dirname}/fixtures/formats/progressive.jpg` },
  ]
  const { data } = await checked({ ...passwords, content, files: { 'a.txt': { src: Buffer.from('attached') } } })
  const { pages, outline, attachments } = await found(data, passwords.userPassword)
  expect(pages[0].links[0].url).toBe('https://example.com/')
  expect(outline).toMatchObject([{ title: 'to the world', page: 1 }])
  expect(Buffer.from(Object.values(attachments ?? {})[0].content).toString()).toBe('attached')
})

test('to a file and to a stream as well', async () => {
  const document = { ...passwords, content: [secret] }
  const chunks = await pdf(document).toStream().toArray()
  const file = keep(Buffer.concat(chunks))
  await expect(check(file, passwords.ownerPassword)).resolves.toContain('No syntax or stream encoding errors')
})

test('PDF/A may not be encrypted, which is an error', async () => {
  await expect(checked({ ...passwords, pdfa: '2b', content: ['a'] })).rejects.toMatchObject({
    code: 'ERR_INVALID_ARG_VALUE',
    message: expect.stringMatching(/PDF\/A-2b[^]*password/),
  })
})
