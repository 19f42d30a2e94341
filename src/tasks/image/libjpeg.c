/*
 * What libjpeg keeps to itself and the code in Rust needs: the scan that is being read, the scale of a component, and how
 * an encoder counts symbols. Compiled against libjpeg's own headers, so that the compiler knows where each field is.
 */
#include <stddef.h>
#include <stdio.h>

#define JPEG_INTERNALS
#include <jpeglib.h>

/* `Scan` in hooked.rs. */
struct offloop_scan {
  struct jpeg_entropy_decoder *decoder;
  /* The rest of libjpeg's Huffman decoder: `State` in hooked.rs. */
  void *state;
  int *unread_marker;
  unsigned int restart_interval;
  int blocks;
  int component[D_MAX_BLOCKS_IN_MCU];
  int needs_ac[D_MAX_BLOCKS_IN_MCU];
  const JHUFF_TBL *dc[D_MAX_BLOCKS_IN_MCU];
  const JHUFF_TBL *ac[D_MAX_BLOCKS_IN_MCU];
};

/* The scan of a baseline JPEG that has all components. 0: it is coded in another way, or in several scans. */
int offloop_jpeg_scan(j_decompress_ptr info, struct offloop_scan *scan) {
  if (info->progressive_mode || info->arith_code || info->comps_in_scan != info->num_components) return 0;
  scan->decoder = info->entropy;
  scan->state = (char *)info->entropy + sizeof(struct jpeg_entropy_decoder);
  scan->unread_marker = &info->unread_marker;
  scan->restart_interval = info->restart_interval;
  scan->blocks = info->blocks_in_MCU;
  for (int i = 0; i < info->blocks_in_MCU; i++) {
    const jpeg_component_info *component = info->cur_comp_info[info->MCU_membership[i]];
    if (!component->component_needed) return 0;
    scan->component[i] = info->MCU_membership[i];
    scan->needs_ac[i] = component->DCT_scaled_size > 1;
    scan->dc[i] = info->dc_huff_tbl_ptrs[component->dc_tbl_no];
    scan->ac[i] = info->ac_huff_tbl_ptrs[component->ac_tbl_no];
  }
  return 1;
}

typedef boolean (*offloop_decode_mcu)(j_decompress_ptr, JBLOCKROW *);

/* Has libjpeg call another function for each MCU, and returns the one that it called. */
offloop_decode_mcu offloop_jpeg_hook(struct jpeg_entropy_decoder *decoder, offloop_decode_mcu decode) {
  offloop_decode_mcu before = decoder->decode_mcu;
  decoder->decode_mcu = decode;
  return before;
}

/*
 * Has each block of a component become so many samples along a side: 1, 2, 4 or 8. Between the two halves of starting,
 * when the ways of the blocks are not yet chosen. Returns the component's blocks across.
 */
unsigned int offloop_jpeg_scale(j_decompress_ptr info, int number, int scale) {
  jpeg_component_info *component = &info->comp_info[number];
  component->DCT_scaled_size = scale;
  /* Of a component that the first scan does not have it is set with the scan that has it. */
  component->MCU_sample_width = component->MCU_width * scale;
  return component->width_in_blocks;
}

/* `Pass` in encode/jpeg/counting.rs. */
struct offloop_pass {
  /* The rest of libjpeg's Huffman encoder: `State` in counting.rs. */
  void *state;
  int blocks;
  int component[C_MAX_BLOCKS_IN_MCU];
  int dc[C_MAX_BLOCKS_IN_MCU];
  int ac[C_MAX_BLOCKS_IN_MCU];
};

typedef boolean (*offloop_encode_mcu)(j_compress_ptr, JBLOCKROW *);

/*
 * Has libjpeg call another function for each MCU of the pass in which a baseline JPEG without restarts counts its symbols.
 * 0: it is not such a pass.
 */
int offloop_jpeg_count(j_compress_ptr info, struct offloop_pass *pass, offloop_encode_mcu count) {
  if (info->progressive_mode || info->arith_code || info->restart_interval || !info->optimize_coding) return 0;
  if (info->comps_in_scan != info->num_components) return 0;
  pass->state = (char *)info->entropy + sizeof(struct jpeg_entropy_encoder);
  pass->blocks = info->blocks_in_MCU;
  for (int i = 0; i < info->blocks_in_MCU; i++) {
    const jpeg_component_info *component = info->cur_comp_info[info->MCU_membership[i]];
    pass->component[i] = info->MCU_membership[i];
    pass->dc[i] = component->dc_tbl_no;
    pass->ac[i] = component->ac_tbl_no;
  }
  info->entropy->encode_mcu = count;
  return 1;
}
