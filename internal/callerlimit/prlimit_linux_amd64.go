package callerlimit

const prlimit64 = 302 // prlimit64(2)
