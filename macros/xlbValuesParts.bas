Option Explicit
' What becomes of a copied workbook before it is saved: values and looks, of published sheets.

Private Const VALUES_ALONE As Long = -4163
Private Const FORM_BUTTON As Long = 8
Private Const CONTROL As Long = 12

Public Function XlbPublished() As Variant
    ' The names of the visible sheets that are published, in their order.
    Dim names() As String
    Dim count As Long
    Dim sheet As Object
    For Each sheet In ThisWorkbook.Worksheets
        If sheet.Visible = True And XlbIsPublished(sheet.CodeName) Then
            ReDim Preserve names(count)
            names(count) = sheet.Name
            count = count + 1
        End If
    Next sheet
    XlbPublished = names
End Function

Private Function XlbIsPublished(ByVal code As String) As Boolean
    Select Case code
        Case "shCover", "shContents", "shProfile", "shNotes", "shGlossary"
            XlbIsPublished = True
        Case Else
            XlbIsPublished = (Left(code, 7) = "shTable")
    End Select
End Function

Public Sub XlbOnlyValues(ByVal book As Object)
    Dim kept As String
    Dim i As Long
    kept = vbLf & Join(XlbPublished(), vbLf) & vbLf
    For i = 1 To book.Worksheets.Count
        If InStr(kept, vbLf & book.Worksheets(i).Name & vbLf) > 0 Then XlbStrip book.Worksheets(i), kept
    Next i
    For i = book.Worksheets.Count To 1 Step -1
        If InStr(kept, vbLf & book.Worksheets(i).Name & vbLf) = 0 Then book.Worksheets(i).Delete
    Next i
    If shNotes.Visible = True Then XlbOnlyFinal book.Worksheets(shNotes.Name)
    If shGlossary.Visible = True Then XlbOnlyFinal book.Worksheets(shGlossary.Name)
    For i = book.Names.Count To 1 Step -1
        If InStr(book.Names(i).Name, "Print_") = 0 And Left(book.Names(i).Name, 1) <> "_" Then book.Names(i).Delete
    Next i
    If Not XlbInOffice() Then XlbCutLinks book
    book.Worksheets(1).Activate
End Sub

Private Sub XlbStrip(ByVal sheet As Object, ByVal kept As String)
    Dim i As Long
    sheet.Unprotect ""
    If XlbInOffice() Then
        sheet.Range("A1").CellRange.Spreadsheet.setPropertyToDefault "Validation"
    Else
        If sheet.FilterMode Then sheet.ShowAllData
        sheet.Cells.Validation.Delete
    End If
    sheet.UsedRange.Copy
    sheet.UsedRange.PasteSpecial VALUES_ALONE
    sheet.Cells.ClearComments
    XlbDropFormats sheet, "ADDRESS("
    For i = sheet.Shapes.Count To 1 Step -1
        If sheet.Shapes(i).Type = FORM_BUTTON Or sheet.Shapes(i).Type = CONTROL Then sheet.Shapes(i).Delete
    Next i
    XlbDropLinks sheet, kept
End Sub
