// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/kernels/u8_product.h"

#include "core/program/vector_kernels.h"
#include "core/program/vector_math.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <cstring>

namespace ca {

U8Product::U8Product(std::span<const std::int8_t> weight, std::span<const float> scales, std::span<const float> bias)
    : outputs_(static_cast<std::int64_t>(scales.size())),
      columns_(static_cast<std::int64_t>(weight.size() / std::max<std::size_t>(1, scales.size())))
{
    const std::int64_t padded = (outputs_ + kLanes - 1) / kLanes * kLanes;
    packed_.assign(static_cast<std::size_t>(padded * columns_), 0);
    sums_.assign(static_cast<std::size_t>(padded), 0);
    scales_.assign(static_cast<std::size_t>(padded), 0.0F);
    bias_.assign(static_cast<std::size_t>(padded), 0.0F);
    std::copy(scales.begin(), scales.end(), scales_.begin());
    std::copy(bias.begin(), bias.end(), bias_.begin());
    for (std::int64_t o = 0; o < outputs_; ++o)
        for (std::int64_t c = 0; c < columns_; ++c) {
            const std::int8_t value = weight[static_cast<std::size_t>(o * columns_ + c)];
            packed_[static_cast<std::size_t>(((o / kLanes * columns_ + c / 4 * 4) * kLanes) + o % kLanes * 4 + c % 4)] = value;
            sums_[static_cast<std::size_t>(o)] += value;
        }
}

#if defined(__x86_64__)

namespace {

#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")

#include "core/program/vector_math.inc"

/// One over x, to the last bits.
inline void invert(Floats &x)
{
    Floats y = reinterpret_cast<Floats>(_mm512_maskz_rcp14_ps(0xFFFF, reinterpret_cast<__m512>(x)));
    y = y * (2.0F - x * y);
    x = y * (2.0F - x * y);
}

/// x / (1 + e^-(factor x)).
inline void gate(Floats &x, float factor)
{
    Floats e = x * -factor;
    exponentiate(e);
    e += 1.0F;
    invert(e);
    x *= e;
}

/// x (1 + erf(x / sqrt 2)) / 2; erf as Abramowitz and Stegun 7.1.26, within 1.5e-7.
inline void gelu(Floats &x)
{
    const Floats z = x * 0.70710678F, size = z < 0.0F ? -z : z;
    Floats t = size * 0.3275911F + 1.0F;
    invert(t);
    Floats e = -size * size;
    exponentiate(e);
    const Floats p = ((((t * 1.061405429F - 1.453152027F) * t + 1.421413741F) * t - 0.284496736F) * t + 0.254829592F) * t;
    const Floats rest = p * e; // 1 - erf of the magnitude
    x = x * 0.5F * (z < 0.0F ? rest : 2.0F - rest);
}

inline void activate(Floats &x, const ProductFinish &finish)
{
    switch (finish.activation) {
    case ProductActivation::none:
        return;
    case ProductActivation::relu:
        x = x > 0.0F ? x : Floats{};
        return;
    case ProductActivation::clip:
        x = x > finish.low ? x : Floats{} + finish.low;
        x = x < finish.high ? x : Floats{} + finish.high;
        return;
    case ProductActivation::gelu:
        return gelu(x);
    case ProductActivation::quick_gelu:
        return gate(x, static_cast<float>(kQuickGelu));
    case ProductActivation::swish:
        return gate(x, 1.0F);
    }
}

struct Product {
    const std::uint8_t *x;
    const std::int8_t *packed;
    const std::int32_t *sums;
    const float *scales, *bias;
    std::int64_t outputs, columns;
    U8Grid input;
    const ProductFinish &finish;
    void *out;
};

inline void store_result(const Product &product, std::int64_t row, std::int64_t output, Floats &y)
{
    const std::int64_t at = row * product.outputs + output, left = product.outputs - output;
    const auto mask = static_cast<__mmask16>(left >= kLanes ? 0xFFFF : (1 << left) - 1);
    if (product.finish.addend)
        y += reinterpret_cast<Floats>(_mm512_maskz_loadu_ps(mask, product.finish.addend + at));
    activate(y, product.finish);
    if (!product.finish.grid)
        return _mm512_mask_storeu_ps(static_cast<float *>(product.out) + at, mask, reinterpret_cast<__m512>(y));
    const U8Grid grid = *product.finish.grid;
    y *= 1.0F / grid.scale;
    y = y > -512.0F ? y : Floats{} - 512.0F; // NaN as well
    y = y < 512.0F ? y : Floats{} + 512.0F;
    Integers whole = __builtin_convertvector((y + kRoundingMagic) - kRoundingMagic, Integers) + grid.zero;
    whole = whole > 0 ? whole : Integers{};
    _mm512_mask_cvtusepi32_storeu_epi8(static_cast<std::uint8_t *>(product.out) + at, mask, reinterpret_cast<__m512i>(whole));
}

/// What sixteen outputs from `first` on need at the end.
struct OutputNumbers {
    Floats scales, bias;
    Integers zeros; ///< what the input's zero point adds to each sum
};
inline void load_numbers(const Product &product, std::int64_t first, OutputNumbers &numbers)
{
    load(product.scales + first, numbers.scales);
    load(product.bias + first, numbers.bias);
    numbers.scales *= product.input.scale;
    std::memcpy(&numbers.zeros, product.sums + first, sizeof numbers.zeros);
    numbers.zeros *= product.input.zero;
}

inline void finish_sums(const Product &product, std::int64_t row, std::int64_t first, const Integers &sums,
                        const OutputNumbers &numbers)
{
    Floats y = __builtin_convertvector(sums - numbers.zeros, Floats) * numbers.scales + numbers.bias;
    store_result(product, row, first, y);
}

/// `rows` rows from `row` on by 16 * `vectors` outputs from `output` on, in registers.
template <int rows, int vectors>
inline void tile(const Product &product, std::int64_t row, std::int64_t output)
{
    __m512i sums[rows][vectors];
    for (int r = 0; r < rows; ++r)
        for (int v = 0; v < vectors; ++v)
            sums[r][v] = _mm512_setzero_si512();
    const std::int8_t *weights = product.packed + output * product.columns;
    const std::uint8_t *x = product.x + row * product.columns;
    for (std::int64_t c = 0; c < product.columns; c += 4) {
        __m512i right[vectors];
        for (int v = 0; v < vectors; ++v)
            right[v] = _mm512_loadu_si512(weights + (v * product.columns + c) * kLanes);
        for (int r = 0; r < rows; ++r) {
            std::int32_t four;
            std::memcpy(&four, x + r * product.columns + c, sizeof four);
            const __m512i left = _mm512_set1_epi32(four);
            for (int v = 0; v < vectors; ++v)
                sums[r][v] = _mm512_dpbusd_epi32(sums[r][v], left, right[v]);
        }
    }
    for (int v = 0; v < vectors; ++v) {
        OutputNumbers numbers;
        load_numbers(product, output + v * kLanes, numbers);
        for (int r = 0; r < rows; ++r)
            finish_sums(product, row + r, output + v * kLanes, reinterpret_cast<Integers>(sums[r][v]), numbers);
    }
}

constexpr int kTileRows = 6, kTileVectors = 4; // 24 sums, four of the weights and one of x: of 32 registers

template <int vectors>
void columns_of_tiles(const Product &product, std::int64_t rows, std::int64_t output)
{
    std::int64_t row = 0;
    for (; row + kTileRows <= rows; row += kTileRows)
        tile<kTileRows, vectors>(product, row, output);
    if (row < rows && rows >= kTileRows)
        return tile<kTileRows, vectors>(product, rows - kTileRows, output); // the last six, some of them again
    for (; row < rows; ++row)
        tile<1, vectors>(product, row, output);
}

void one_row(const Product &product, std::int64_t row, std::int64_t output)
{
    tile<1, 2>(product, row, output);
}

// --- AMX: tiles of 16 rows of 64 bytes, which multiply in one instruction --------------------------------------------------

struct alignas(64) TileShapes {
    std::uint8_t palette = 0, first_row = 0, reserved[14]{};
    std::uint16_t bytes[16]{};
    std::uint8_t rows[16]{};
};

/// All eight tiles at full size. Puts back what was set before: oneDNN remembers what it has set for its own kernels.
class Tiles {
public:
    Tiles()
    {
        __asm__ volatile("sttilecfg %0" : "=m"(before_));
        TileShapes full;
        full.palette = 1;
        std::fill(full.bytes, full.bytes + 8, std::uint16_t{64});
        std::fill(full.rows, full.rows + 8, std::uint8_t{16});
        __asm__ volatile("ldtilecfg %0" : : "m"(full));
    }
    ~Tiles() { __asm__ volatile("ldtilecfg %0" : : "m"(before_)); }
    Tiles(const Tiles &) = delete;
    Tiles &operator=(const Tiles &) = delete;

private:
    TileShapes before_;
};

constexpr int kBlock = 32; // rows and outputs of four tiles of sums

void amx_block(const Product &product, std::int64_t row, std::int64_t output)
{
    const std::uint8_t *x = product.x + row * product.columns;
    const std::int8_t *weights = product.packed + output * product.columns;
    const std::int64_t next = kLanes * product.columns; // from one tile of x, and of weights, to the one beside it
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (std::int64_t c = 0; c < product.columns; c += 64) {
        _tile_loadd(4, x + c, product.columns);
        _tile_loadd(5, x + next + c, product.columns);
        _tile_loadd(6, weights + c * kLanes, 64);
        _tile_loadd(7, weights + next + c * kLanes, 64);
        _tile_dpbusd(0, 4, 6);
        _tile_dpbusd(1, 4, 7);
        _tile_dpbusd(2, 5, 6);
        _tile_dpbusd(3, 5, 7);
    }
    alignas(64) std::int32_t sums[kBlock][kBlock];
    _tile_stored(0, &sums[0][0], sizeof sums[0]);
    _tile_stored(1, &sums[0][kLanes], sizeof sums[0]);
    _tile_stored(2, &sums[kLanes][0], sizeof sums[0]);
    _tile_stored(3, &sums[kLanes][kLanes], sizeof sums[0]);
    for (std::int64_t side = 0; side < kBlock; side += kLanes) {
        OutputNumbers numbers;
        load_numbers(product, output + side, numbers);
        for (int r = 0; r < kBlock; ++r) {
            Integers sum;
            std::memcpy(&sum, &sums[r][side], sizeof sum);
            finish_sums(product, row + r, output + side, sum, numbers);
        }
    }
}

#pragma GCC pop_options

/// The system must allow a process to use tiles.
bool may_use_amx()
{
    constexpr long kRequestPermission = 0x1023, kTileData = 18; // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
    static const bool allowed = __builtin_cpu_supports("amx-int8") && syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
    return allowed;
}

/// Blocks of 32 x 32; the rows and outputs that are left over one by one.
void multiply_by_tiles(const Product &product, std::int64_t rows)
{
    constexpr std::int64_t kFew = 4; // rows that are sooner done one by one than the last 32 again
    const Tiles tiles;
    const std::int64_t padded = (product.outputs + kLanes - 1) / kLanes * kLanes;
    for (std::int64_t output = 0; output < padded; output += kBlock) {
        if (output + kBlock > padded) {
            columns_of_tiles<1>(product, rows, output);
            return;
        }
        std::int64_t row = 0;
        for (; row + kBlock <= rows; row += kBlock)
            amx_block(product, row, output);
        if (rows - row > kFew)
            amx_block(product, rows - kBlock, output);
        else
            for (; row < rows; ++row)
                one_row(product, row, output);
    }
}

} // namespace

bool U8Product::has_instructions()
{
    return has_avx512() && __builtin_cpu_supports("avx512vnni");
}

void U8Product::multiply(const std::uint8_t *x, std::int64_t rows, U8Grid input, const ProductFinish &finish, void *out) const
{
    const Product product{x, packed_.data(), sums_.data(), scales_.data(), bias_.data(), outputs_, columns_, input, finish, out};
    if (columns_ % 64 == 0 && rows >= kBlock && may_use_amx())
        return multiply_by_tiles(product, rows);
    std::int64_t output = 0;
    for (; output + (kTileVectors - 1) * kLanes < outputs_; output += kTileVectors * kLanes)
        columns_of_tiles<kTileVectors>(product, rows, output);
    for (; output < outputs_; output += kLanes)
        columns_of_tiles<1>(product, rows, output);
}

#else

bool U8Product::has_instructions()
{
    return false;
}

void U8Product::multiply(const std::uint8_t *, std::int64_t, U8Grid, const ProductFinish &, void *) const { }

#endif

} // namespace ca
