"""The cost model: what a layout must cost, from published formulas."""
