"""What leaves the house: the change feed that CRMs read, and files for spreadsheets."""
