module example.org/subject

go 1.26
