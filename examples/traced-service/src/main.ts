import { threeRequests } from './three-requests.ts'

await threeRequests((line) => console.log(line))
