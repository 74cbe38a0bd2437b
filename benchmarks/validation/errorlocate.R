# Rscript errorlocate.R RULES.txt RECORDS.csv
# Prints, for every record, the variables that errorlocate blames, separated by spaces, and the seconds.
suppressMessages({library(validate); library(errorlocate)})
arguments <- commandArgs(trailingOnly = TRUE)
records <- read.csv(arguments[2])
lines <- readLines(arguments[1])
rules <- do.call(validator, lapply(lines, str2lang))
for (row in seq_len(nrow(records))) {
  start <- proc.time()[["elapsed"]]
  found <- locate_errors(records[row, , drop = FALSE], rules)
  blamed <- colnames(values(found))[values(found)[1, ] %in% TRUE]
  cat(blamed, sprintf("%.3f", proc.time()[["elapsed"]] - start), "\n")
}
