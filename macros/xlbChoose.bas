Option Explicit
' The files to import are chosen here; Python reads their names from the hidden sheet.

Private Const CHOSEN_CELL As String = "C1"

Public Sub XlbImport()
    Dim found As Variant
    If shTexts.Range(CHOSEN_CELL).Value = "" Then
        found = Application.GetOpenFilename(XlbText("filter"), 1, XlbText("choose"), "", True)
        If Not IsArray(found) Then Exit Sub
        XlbNote CHOSEN_CELL, Join(found, vbLf)
    End If
    XlbRun "take_in"
    XlbNote CHOSEN_CELL, ""
End Sub
