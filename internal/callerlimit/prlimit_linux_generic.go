//go:build linux && (arm64 || riscv64 || loong64)

package callerlimit

const prlimit64 = 261 // prlimit64(2) of the generic table: arm64, riscv64, loong64
