# SPDX-License-Identifier: Apache-2.0
# What is in the file of a sweep: Rscript read.R out.h5 (needs hdf5r; with
# rhdf5 it is h5read("out.h5", "points")).
library(hdf5r)

f <- H5File$new(commandArgs(trailingOnly = TRUE)[1], mode = "r")
for (key in c("name", "program", "command", "host", "seed"))
  cat(key, ": ", as.character(h5attr(f, key)), "\n", sep = "")

# One data frame: a row a point, parameters and means.
read <- function(group)
  sapply(names(f[[group]]), function(n) f[[paste0(group, "/", n)]][],
         simplify = FALSE)
points <- as.data.frame(read("points"), check.names = FALSE)
points$makespan_s <- f[["summary/makespan_s/mean"]][]
points$cost_usd <- f[["summary/cost_usd/mean"]][]
cat("makespan in", h5attr(f[["summary/makespan_s/mean"]], "unit"), "\n")
print(head(points[order(points$makespan_s), ], 5))
f$close_all()
