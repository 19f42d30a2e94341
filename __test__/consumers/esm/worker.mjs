export default (text) => text.split(',')

export const shout = async (text, { name }) => `${text.toUpperCase()} by ${name}`
