Option Explicit
' Links in a copy with values alone: those within it stay, all others go.

Private Const LINKS_TO_BOOKS As Long = 1

Public Sub XlbDropLinks(ByVal sheet As Object, ByVal kept As String)
    Dim i As Long
    Dim place As String
    If XlbInOffice() Then
        XlbDropFields sheet, kept
        Exit Sub
    End If
    For i = sheet.Hyperlinks.Count To 1 Step -1
        place = sheet.Hyperlinks(i).SubAddress
        If sheet.Hyperlinks(i).Address <> "" Or Not XlbLeadsTo(place, "!", kept) Then sheet.Hyperlinks(i).Delete
    Next i
End Sub

Private Function XlbLeadsTo(ByVal place As String, ByVal mark As String, ByVal kept As String) As Boolean
    ' Whether a link's place is on one of the kept sheets.
    Dim sheet As String
    If InStr(place, mark) = 0 Then Exit Function
    sheet = Replace(Replace(Left(place, InStrRev(place, mark) - 1), "'", ""), "$", "")
    XlbLeadsTo = (InStr(kept, vbLf & sheet & vbLf) > 0)
End Function

Private Sub XlbDropFields(ByVal sheet As Object, ByVal kept As String)
    ' LibreOffice keeps a link in the cell's text.
    Dim area As Object
    Dim cell As Object
    Dim place As String
    Dim i As Long
    Dim wide As Long
    Set area = sheet.UsedRange.CellRange
    wide = area.Columns.Count
    For i = 0 To wide * area.Rows.Count - 1
        Set cell = area.getCellByPosition(i Mod wide, i \ wide)
        If cell.TextFields.Count > 0 Then
            place = cell.TextFields.getByIndex(0).URL
            If Left(place, 1) <> "#" Or Not XlbLeadsTo(Mid(place, 2), ".", kept) Then
                place = cell.String
                cell.String = ""
                cell.String = place
            End If
        End If
    Next i
End Sub

Public Sub XlbCutLinks(ByVal book As Object)
    Dim found As Variant
    Dim i As Long
    found = book.LinkSources(LINKS_TO_BOOKS)
    If Not IsArray(found) Then Exit Sub
    For i = LBound(found) To UBound(found)
        book.BreakLink found(i), LINKS_TO_BOOKS
    Next i
End Sub
