// The float kernels for NEON: the common bodies over its vector operations.
#if defined(__aarch64__)
#include <math.h>

#include "attention_job.h"
#include "vector_neon.h"
#include "vector_math.h"

#include "convert_simd.h"
#include "matmul_float_simd.h"
#include "attention_simd.h"
#include "normalize_simd.h"
#include "elementwise_simd.h"
#include "machine_limits_simd.h"
#endif
